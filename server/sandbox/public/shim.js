// Makes a product page inside the sandbox believe it runs in WeCom (or WeChat): first script in <head>,
// so it wins over every module. Acts only in an iframe of the sandbox on the same origin.
(function () {
  'use strict'
  if (window.parent === window) return
  var boot
  try {
    boot = JSON.parse(window.name)
    if (window.parent.location.origin !== location.origin) return
  } catch (error) {
    // Not our JSON, or a parent of another origin: an ordinary page, nothing to imitate.
    return
  }
  if (!boot || boot.kind !== 'zhike-sandbox' || typeof boot.session !== 'string') return

  function pretend(name, value) {
    Object.defineProperty(navigator, name, { configurable: true, get: function () { return value } })
  }
  pretend('userAgent', boot.ua)
  pretend('platform', boot.platform)
  pretend('maxTouchPoints', boot.maxTouchPoints)
  if (boot.client !== 'wecom') return

  var channel = new MessageChannel()
  var port = channel.port1
  var pending = new Map()
  var listeners = new Map()
  var lastId = 0

  port.onmessage = function (event) {
    var reply = event.data
    if (reply.t === 'answer') {
      var callback = pending.get(reply.id)
      pending.delete(reply.id)
      if (callback) callback(reply.answer)
    } else if (reply.t === 'event') {
      ;(listeners.get(reply.name) || []).forEach(function (listener) { listener(reply.data) })
    }
  }

  var bridge = {
    invoke: function (name, params, callback) {
      lastId += 1
      if (typeof callback === 'function') pending.set(lastId, callback)
      // The SDK passes functions inside params; only data can travel.
      var plain = JSON.parse(JSON.stringify(params || {}))
      port.postMessage({ t: 'invoke', id: lastId, name: name, params: plain, url: location.href.split('#')[0] })
    },
    on: function (name, listener) {
      var known = listeners.get(name) || []
      listeners.set(name, known.concat(listener))
      port.postMessage({ t: 'on', name: name })
    },
  }

  function install() {
    window.WeixinJSBridge = bridge
    document.dispatchEvent(new Event('WeixinJSBridgeReady'))
  }

  window.parent.postMessage({ kind: 'zhike-sandbox-hello', session: boot.session }, location.origin, [channel.port2])
  if (boot.lateMs > 0) setTimeout(install, boot.lateMs)
  else install()
})()
