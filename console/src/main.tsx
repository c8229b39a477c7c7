import { App } from './app/App'
import { start } from './start'

await start(<App />)
