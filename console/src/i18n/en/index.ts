/** What the first page needs of the catalogue; what is loaded later brings its own (`areas.ts`). */
import { app } from './app'
import { conversation } from './conversation'
import { inbox } from './inbox'
import { keyboard } from './keyboard'
import { shell } from './shell'
import { signIn } from './sign-in'
import { ticket } from './ticket'

export const en = { ...app, ...shell, ...signIn, ...inbox, ...conversation, ...ticket, ...keyboard }
