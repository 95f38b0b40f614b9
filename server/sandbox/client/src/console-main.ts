import { createApp } from 'vue'
import ConsoleApp from './console/ConsoleApp.vue'
import './styles/base.css'
import './console/console.css'

createApp(ConsoleApp).mount('#app')
