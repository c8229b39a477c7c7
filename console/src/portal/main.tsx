/** The customers' page, without what only staff need. Development shows the portal by the console's own page. */
import { start } from '../start'
import { Alone } from './Alone'

await start(<Alone />)
