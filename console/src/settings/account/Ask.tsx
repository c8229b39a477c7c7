import { Ask as Window, type Asking } from '../../ui/Ask'
import { useTold } from '../kit/Page'

export function Ask(asking: Omit<Asking, 'why'>) {
  return <Window {...asking} why={useTold()} />
}
