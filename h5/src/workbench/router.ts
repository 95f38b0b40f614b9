import { createRouter, createWebHashHistory } from 'vue-router'
import HomePage from './pages/HomePage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** A page below the first level: on a phone it covers the bottom bar. */
    detail?: true
    /** Works without a staff session (set-up by a one-time link). */
    open?: true
  }
}

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', component: HomePage },
    { path: '/customers', component: () => import('./pages/CustomersPage.vue') },
    { path: '/materials', component: () => import('./pages/MaterialsPage.vue') },
    { path: '/more', component: () => import('./pages/MorePage.vue') },
    { path: '/setup', component: () => import('./pages/SetupPage.vue'), meta: { detail: true, open: true } },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
