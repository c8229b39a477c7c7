import type { ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs as Group } from 'react-aria-components'

import styles from './Tabs.module.css'

export function Tabs<Name extends string>({ label, tabs, chosen, onChoose }:
{ label: string; tabs: readonly { name: Name; title: ReactNode; content: ReactNode }[]; chosen?: Name; onChoose?: (name: Name) => void }) {
  return (
    <Group className={styles.tabs ?? ''} {...(chosen === undefined ? {} : { selectedKey: chosen })}
      onSelectionChange={(key) => { const found = tabs.find((tab) => tab.name === key); if (found !== undefined) onChoose?.(found.name) }}>
      <TabList aria-label={label} className={styles.list ?? ''}>
        {tabs.map((tab) => <Tab key={tab.name} id={tab.name} className={styles.tab ?? ''}>{tab.title}</Tab>)}
      </TabList>
      {tabs.map((tab) => <TabPanel key={tab.name} id={tab.name} className={styles.panel ?? ''}>{tab.content}</TabPanel>)}
    </Group>
  )
}
