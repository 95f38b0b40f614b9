import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import HomePage from './home/HomePage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** A page below the first level: on a phone it covers the bottom bar. */
    detail?: true
    /** Works without a staff session (set-up by a one-time link). */
    open?: true
  }
}

const detail = { detail: true } as const

/** Things of a list are child routes of it: side by side on a wide screen (parts/SplitView). */
const customers: RouteRecordRaw[] = [
  { path: 'add', component: () => import('./customers/AddGuidePage.vue'), meta: detail },
  { path: ':customerId(\\d+)', component: () => import('./customers/CustomerPage.vue'), meta: detail, props: ({ params }) => ({ customerId: Number(params.customerId) }) },
]
const materials: RouteRecordRaw[] = [
  { path: 'new', component: () => import('../common/materials/NewMaterialPage.vue'), meta: detail },
  { path: ':materialId(\\d+)', component: () => import('./materials/MaterialPage.vue'), meta: detail, props: ({ params }) => ({ materialId: Number(params.materialId) }) },
  { path: ':materialId(\\d+)/edit', component: () => import('../common/materials/EditMaterialPage.vue'), meta: detail, props: ({ params }) => ({ materialId: Number(params.materialId) }) },
]
const more: RouteRecordRaw[] = [
  { path: 'messages', component: () => import('./messages/MessagesPage.vue'), meta: detail },
  { path: 'staff', component: () => import('./staff/StaffPage.vue'), meta: detail },
  { path: 'tags', component: () => import('./tags/TagsPage.vue'), meta: detail },
  { path: 'roles', component: () => import('./roles/RolesPage.vue'), meta: detail },
  { path: 'jobs', component: () => import('./jobs/JobsPage.vue'), meta: detail },
  { path: 'audit', component: () => import('./audit/AuditPage.vue'), meta: detail },
  { path: 'radar', component: () => import('./radar-settings/RadarSettingsPage.vue'), meta: detail },
  { path: 'callbacks', component: () => import('./callbacks/CallbacksPage.vue'), meta: detail },
]

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', component: HomePage },
    { path: '/customers', component: () => import('./customers/CustomersPage.vue'), children: customers },
    { path: '/radar', component: () => import('./radar/RadarPage.vue') },
    { path: '/radar/readers', component: () => import('./radar/ReadersPage.vue'), meta: detail },
    { path: '/radar/hot', component: () => import('./radar/HotPage.vue'), meta: detail },
    { path: '/radar/:about(materials|staff|departments)', component: () => import('./radar/RankingPage.vue'), meta: detail, props: true },
    { path: '/materials', component: () => import('./materials/MaterialsPage.vue'), children: materials },
    { path: '/more', component: () => import('./more/MorePage.vue'), children: more },
    { path: '/setup', component: () => import('./setup/SetupPage.vue'), meta: { detail: true, open: true } },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
