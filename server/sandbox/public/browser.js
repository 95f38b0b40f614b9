// What WeChat's browser does with any page it shows: it knows its address and title, opens no second window, and hides it when
// the phone is locked. A frame cannot be hidden for real, so the page is told that it is. Acts only in the phone's own frame.
(function () {
  'use strict'
  if (window.parent === window) return
  var boot
  try {
    boot = JSON.parse(window.name)
  } catch (error) {
    // A page inside a page: nobody here to report to.
    return
  }
  if (!boot || boot.kind !== 'zhike-sandbox' || boot.client !== 'wechat' || typeof boot.session !== 'string') return

  // ---- what the phone knows of the page ----

  function contentOf(selector) {
    var found = document.querySelector(selector)
    return found ? found.getAttribute('content') || '' : ''
  }

  // Before a page stands, its scripts may still correct its address.
  var standing = false

  function report(how, loaded) {
    if (!standing) return
    window.parent.postMessage({
      kind: 'zhike-sandbox-page', session: boot.session, how: how, loaded: loaded, length: history.length, address: location.href,
      title: document.title, description: contentOf('meta[name="description"]'), picture: contentOf('meta[property="og:image"]'),
    }, location.origin)
  }

  function wrap(name, how) {
    var original = history[name]
    history[name] = function () {
      original.apply(history, arguments)
      report(how, false)
    }
  }

  var activation = window.navigation && window.navigation.activation
  document.addEventListener('DOMContentLoaded', function () {
    standing = true
    report(activation ? activation.navigationType : 'unknown', true)
    if (document.head) new MutationObserver(function () { report('same', false) }).observe(document.head, { childList: true, subtree: true, characterData: true })
  })
  wrap('pushState', 'push')
  wrap('replaceState', 'replace')
  // Comes for going back and for a jump inside the page alike.
  window.addEventListener('popstate', function () { report('unknown', false) })

  // ---- one window only ----

  document.addEventListener('click', function (event) {
    var link = event.target instanceof Element ? event.target.closest('a[target]') : null
    if (link) link.target = '_self'
  }, true)
  window.open = function (url) {
    if (url) location.href = url
    return null
  }

  // ---- a long press on a picture, which on a desk is a right click ----

  var PRESS_MS = 600
  var press = 0
  var pressed = false

  function tellPicture(picture) {
    pressed = true
    window.parent.postMessage({ kind: 'zhike-sandbox-picture', session: boot.session, src: picture.currentSrc || picture.src }, location.origin)
  }

  document.addEventListener('contextmenu', function (event) {
    if (!(event.target instanceof HTMLImageElement)) return
    event.preventDefault()
    clearTimeout(press)
    if (!pressed) tellPicture(event.target)
  })
  document.addEventListener('pointerdown', function (event) {
    pressed = false
    if (event.button === 0 && event.target instanceof HTMLImageElement) press = setTimeout(tellPicture, PRESS_MS, event.target)
  })
  ;['pointerup', 'pointercancel', 'pointermove', 'dragstart'].forEach(function (end) {
    document.addEventListener(end, function (event) {
      // The hand is never quite still.
      if (end !== 'pointermove' || Math.abs(event.movementX) + Math.abs(event.movementY) > 6) clearTimeout(press)
    })
  })
  // What ends a long press is no tap.
  document.addEventListener('click', function (event) {
    if (pressed && event.target instanceof HTMLImageElement) event.preventDefault()
  }, true)

  // ---- hidden while the phone is locked or WeChat in the background ----

  var away = Boolean(window.frameElement && window.frameElement.dataset.away === 'true')

  function pretend(name, whileAway) {
    Object.defineProperty(document, name, { configurable: true, get: function () { return away ? whileAway : Reflect.get(Document.prototype, name, document) } })
  }
  pretend('visibilityState', 'hidden')
  pretend('hidden', true)

  function tabIsVisible() {
    return Reflect.get(Document.prototype, 'visibilityState', document) === 'visible'
  }

  // The tab of the desk may come and go meanwhile; the page stays hidden and hears nothing of it.
  window.addEventListener('visibilitychange', function (event) {
    if (away && event.isTrusted) event.stopImmediatePropagation()
  }, true)

  window.addEventListener('message', function (event) {
    var news = event.data
    if (event.source !== window.parent || !news || news.kind !== 'zhike-sandbox-screen' || news.session !== boot.session || news.away === away) return
    away = news.away
    if (away) document.querySelectorAll('video, audio').forEach(function (player) { player.pause() })
    if (tabIsVisible()) document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  })
})()
