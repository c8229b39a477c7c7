import { addArea } from '../../i18n/areas'
import { en } from './en'
import { fr } from './fr'

declare module '../../i18n' {
  interface Areas {
    factor: typeof en
  }
}

addArea('factor', { en, fr })
