import { createPinia } from 'pinia'
import { createApp, type Component } from 'vue'
import type { Router } from 'vue-router'
import { ApiError, isAborted } from './api-error.ts'
import { showNotice } from './notice.ts'
import './styles/theme.css'
import './styles/base.css'
import { followClientTheme } from './theme.ts'

const RELOADED = 'zk:reloaded-at'

/** Starts one of the apps: theme, store, routes, and what becomes of errors that no screen has dealt with. */
export function startApp(root: Component, router: Router): void {
  followClientTheme()
  reloadAfterDeployment()
  const app = createApp(root)
  app.config.errorHandler = (error) => {
    if (isAborted(error)) return
    console.error(error)
    showNotice(error instanceof ApiError ? error.message : '出了点问题，请重试', 'bad')
  }
  app.use(createPinia())
  app.use(router)
  app.mount('#app')
}

/** A page that was open while a new version was deployed asks for files that are gone: loads itself anew, once. */
function reloadAfterDeployment(): void {
  window.addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0)
    if (Date.now() - last < 30_000) return
    event.preventDefault()
    sessionStorage.setItem(RELOADED, String(Date.now()))
    location.reload()
  })
}
