// Who is at this device? Inside the sandbox window.name says so; in a plain tab the person picks.
(function () {
  'use strict'
  var main = document.getElementById('oauth')
  var login = main.dataset.login === 'true'
  var byId = function (id) { return document.getElementById(id) }

  function bootOf() {
    try {
      var boot = JSON.parse(window.name)
      return boot && boot.kind === 'zhike-sandbox' ? boot : null
    } catch (error) {
      return error instanceof SyntaxError ? null : null
    }
  }

  function show(id) {
    byId('busy').hidden = true
    byId('consent').hidden = id !== 'consent'
    main.querySelector('h1').hidden = id === 'consent'
    byId('picker').hidden = id !== 'picker'
  }

  function ask(person, agreed) {
    byId('error').textContent = ''
    fetch('/sandbox/api/oauth/code', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: location.search.slice(1), login: login, person: person, agreed: agreed }),
    })
      .then(function (response) { return response.json() })
      .then(function (decision) {
        if (decision.location) return location.replace(decision.location)
        if (decision.consent) {
          byId('consent').querySelector('h2').textContent = decision.consent.app
          byId('consent').querySelector('p').textContent = decision.consent.asks
          byId('refuse').hidden = !decision.consent.refused
          byId('refuse').onclick = function () { location.replace(decision.consent.refused) }
          byId('agree').onclick = function () { ask(person, true) }
          return show('consent')
        }
        show(boot ? '' : 'picker')
        byId('error').textContent = decision.error || decision.message || '授权失败'
      })
      .catch(function () {
        show(boot ? '' : 'picker')
        byId('error').textContent = '沙箱没有应答，请稍后再试'
      })
  }

  var boot = bootOf()
  if (boot) {
    ask(boot.person, false)
    return
  }
  show('picker')
  byId('picker').addEventListener('click', function (event) {
    var button = event.target.closest('button')
    if (!button) return
    if (button.id === 'go') ask('customer:' + byId('external').value.trim(), false)
    else ask(button.dataset.person, false)
  })
})()
