import { startApp } from '../common/start-app.ts'
// Small parts of nearly every screen: in files of their own each would cost a slow phone more than it weighs.
import '../common/parts/FactLine.vue'
import '../common/parts/SectionTitle.vue'
import App from './App.vue'
import { router } from './router.ts'

startApp(App, router)
