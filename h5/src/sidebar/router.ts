import { createRouter, createWebHashHistory } from 'vue-router'
import ChatPage from './pages/ChatPage.vue'

/** Hash routes: the signed URL of the page never changes (wecom-jssdk "URL rule"). */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', component: ChatPage },
    { path: '/customers/:customerId(\\d+)', component: () => import('./pages/CustomerPage.vue') },
    { path: '/materials', component: () => import('./pages/MaterialsPage.vue') },
    { path: '/materials/new', component: () => import('../common/materials/NewMaterialPage.vue') },
    { path: '/materials/:materialId(\\d+)', component: () => import('./pages/MaterialPage.vue') },
    { path: '/materials/:materialId(\\d+)/edit', component: () => import('../common/materials/EditMaterialPage.vue'), props: ({ params }) => ({ materialId: Number(params.materialId) }) },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
