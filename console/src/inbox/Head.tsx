/** Above the list: which one it is, how it is ordered and narrowed down. */
import { useQuery } from '@tanstack/react-query'
import { ArrowDownWideNarrow, ListFilter, X } from 'lucide-react'
import { Button as Pressable, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { keys } from '../api/keys'
import type { components } from '../api/schema'
import { useApi } from '../app/session'
import { Button, IconButton } from '../ui/Button'
import { Choose } from '../ui/Choose'
import { Menu, MenuChoice } from '../ui/Menu'
import styles from './Head.module.css'
import type { Choice } from './kept'
import { countOf, type Filters, filtersOf, orderOf, ordersOf, type View, written } from './views'
import { useCounts, useNameOf } from './Views'

type Name = keyof Filters
const STATUSES = ['queued', 'assigned', 'in_progress', 'pending'] as const
const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const
const LATE = ['warning', 'critical', 'breached'] as const
const ANY = ''

export function Head({ choice, onChoice }: { choice: Choice; onChoice: (choice: Choice) => void }) {
  const { t, i18n } = useTranslation()
  const { view, filters } = choice
  const order = orderOf(view, choice.order)
  const nameOf = useNameOf()
  const counted = countOf(view, useCounts())
  const textOf = useTextOf()
  const active = filtersOf(view).filter((name) => filters[name] !== undefined)
  const without = (name: Name) => { onChoice({ ...choice, filters: Object.fromEntries(Object.entries(filters).filter(([other]) => other !== name)) }) }
  return (
    <header className={styles.head}>
      <h2>{nameOf(view)}{counted === undefined ? null : <small>{written(counted, i18n.language)}</small>}</h2>
      <Menu label={t('list.sort')} placement="bottom end" trigger={(
        <Pressable className={styles.order ?? ''} aria-label={`${t('list.sort')}: ${t(`list.${order}`)}`}><ArrowDownWideNarrow aria-hidden /><span>{t(`list.${order}`)}</span></Pressable>
      )}>
        <MenuChoice label={t('list.sort')} value={order} options={ordersOf(view).map((value) => ({ value, label: t(`list.${value}`) }))}
          onChange={(chosen) => { onChoice({ ...choice, order: chosen }) }} />
      </Menu>
      <DialogTrigger>
        <IconButton small label={t('list.filter')}><ListFilter aria-hidden />{active.length > 0 ? <i className={styles.dot} /> : null}</IconButton>
        <Popover placement="bottom end" className={styles.popover ?? ''}>
          <Dialog className={styles.filters ?? ''} aria-label={t('list.filter')}>
            <FilterFields view={view} filters={filters} onFilters={(chosen) => { onChoice({ ...choice, filters: chosen }) }} />
          </Dialog>
        </Popover>
      </DialogTrigger>
      {active.length === 0 ? null : (
        <ul className={styles.active}>
          {active.map((name) => (
            <li key={name}>
              <button type="button" onClick={() => { without(name) }} aria-label={t('list.without', { filter: textOf(name, filters[name] ?? '') })}>
                {textOf(name, filters[name] ?? '')}<X aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
    </header>
  )
}

function FilterFields({ view, filters, onFilters }: { view: View; filters: Filters; onFilters: (filters: Filters) => void }) {
  const { t } = useTranslation()
  const counts = useCounts()
  const agents = useAgents()
  const categories = useCategories()
  const textOf = useTextOf()
  const values: Record<Name, readonly string[]> = {
    status: STATUSES, priority: PRIORITIES, sla: LATE, assignee: ['me', 'none', 'offline', ...agents.map(({ id }) => id)],
    category: categories.map(({ slug }) => slug), skill: counts?.skills.map(({ id }) => id) ?? [], tag: counts?.tags.map(({ name }) => name) ?? [],
  }
  const change = (name: Name, value: string) => {
    const others = Object.fromEntries(Object.entries(filters).filter(([other]) => other !== name))
    onFilters(value === ANY ? others : { ...others, [name]: value })
  }
  return (
    <>
      {filtersOf(view).map((name) => (
        <Choose key={name} label={t(`filter.${name}`)} value={filters[name] ?? ANY} onChange={(value) => { change(name, value) }}
          options={[{ value: ANY, label: t('filter.any') }, ...values[name].map((value) => ({ value, label: textOf(name, value) }))]} />
      ))}
      <Button small isDisabled={Object.keys(filters).length === 0} onPress={() => { onFilters({}) }}>{t('filter.clear')}</Button>
    </>
  )
}

function useAgents(): readonly components['schemas']['Agent'][] {
  const api = useApi()
  return useQuery({ queryKey: keys.agents, queryFn: () => data(api.GET('/api/v1/agents/')) }).data ?? []
}

function useCategories(): readonly components['schemas']['CategoryBrief'][] {
  const api = useApi()
  return useQuery({ queryKey: keys.categories, queryFn: () => data(api.GET('/api/v1/categories/')) }).data ?? []
}

/** A filter's value in words. */
function useTextOf(): (name: Name, value: string) => string {
  const { t } = useTranslation()
  const agents = useAgents()
  const categories = useCategories()
  const counts = useCounts()
  return (name, value) => {
    if (name === 'status') return t(`status.${value as (typeof STATUSES)[number]}`)
    if (name === 'priority') return t(`priority.${value as (typeof PRIORITIES)[number]}`)
    if (name === 'sla') return t(`filter.${value as (typeof LATE)[number]}`)
    if (name === 'category') return categories.find(({ slug }) => slug === value)?.name ?? value
    if (name === 'skill') return counts?.skills.find(({ id }) => id === value)?.name ?? value
    if (name === 'tag') return value
    if (value === 'me' || value === 'none' || value === 'offline') return t(`filter.${value}`)
    return agents.find(({ id }) => id === value)?.name ?? value
  }
}
