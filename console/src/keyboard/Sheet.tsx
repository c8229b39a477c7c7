/** All keys that do something here, as the page has registered them. */
import { useTranslation } from 'react-i18next'

import { Dialog } from '../ui/Dialog'
import { written } from './keys'
import { type Act, GROUPS } from './registry'
import styles from './Sheet.module.css'
import { useOffered } from './useAct'

export default function Sheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog title={t('keys.title')} open={open} onClose={onClose} wide reading>
      <p className={styles.hint}>{t('keys.hint')}</p>
      <Groups />
    </Dialog>
  )
}

function keysOf({ key, own = [] }: Act): readonly string[] {
  return key === undefined ? own : [key, ...own]
}

function Groups() {
  const { t } = useTranslation()
  const acts = useOffered().filter((act) => keysOf(act).length > 0)
  return (
    <div className={styles.groups}>
      {GROUPS.map((group) => ({ group, here: acts.filter((act) => act.group === group) })).filter(({ here }) => here.length > 0).map(({ group, here }) => (
        <section key={group} className={styles.group} aria-labelledby={`keys-${group}`}>
          <h3 id={`keys-${group}`}>{t(`keys.group.${group}`)}</h3>
          <dl>
            {here.map((act) => (
              <div key={act.id} className={styles.act} data-possible={act.possible !== false}>
                <dt>{act.text}{act.possible === false ? <small>{t('keys.notNow')}</small> : null}</dt>
                <dd>{keysOf(act).map((key) => <kbd key={key}>{written(key)}</kbd>)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}
