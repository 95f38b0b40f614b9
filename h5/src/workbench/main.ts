import { startApp } from '../common/start-app.ts'
import App from './App.vue'
import { router } from './router.ts'

startApp(App, router)
