import { addArea } from '../../i18n/areas'
import { en } from './en'
import { fr } from './fr'

declare module '../../i18n' {
  interface Areas {
    queue: typeof en
  }
}

addArea('queue', { en, fr })
