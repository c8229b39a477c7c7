/** What the pages of the settings are made of. */
import { ArrowLeft, ChevronRight, ExternalLink, TriangleAlert } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { Form as Fields } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

import { ApiError } from '../../api/errors'
import { Failure, Loading } from '../../app/States'
import { Button } from '../../ui/Button'
import styles from './Page.module.css'
import type { Form } from './useForm'

interface PageProps {
  title: string
  lead?: ReactNode
  /** The page above this one: its address and its name. */
  up?: { to: string; text: string } | null
  acts?: ReactNode
  wide?: boolean
  children: ReactNode
}

export function Page({ title, lead, up, acts, wide = false, children }: PageProps) {
  const { t } = useTranslation(['settings', 'common'])
  const above = up === undefined ? { to: '/settings', text: t('title') } : up
  return (
    <article className={styles.page} data-wide={wide}>
      <title>{[title, ...(up === null ? [] : [t('title')]), t('common:app.name')].join(' · ')}</title>
      <header className={styles.head}>
        {above === null ? null : <Link to={above.to} className={styles.up} data-phone={up === undefined}><ArrowLeft aria-hidden />{above.text}</Link>}
        <div className={styles.titles}>
          <h1 className={styles.title} dir="auto">{title}</h1>
          {acts === undefined ? null : <div className={styles.acts}>{acts}</div>}
        </div>
        {lead === undefined ? null : <p className={styles.lead}>{lead}</p>}
      </header>
      {children}
    </article>
  )
}

export function Section({ title, lead, acts, children }: { title: string; lead?: ReactNode; acts?: ReactNode; children: ReactNode }) {
  const id = useId()
  return (
    <section className={styles.section} aria-labelledby={id}>
      <header className={styles.titles}>
        <div>
          <h2 id={id} className={styles.subtitle}>{title}</h2>
          {lead === undefined ? null : <p className={styles.lead}>{lead}</p>}
        </div>
        {acts === undefined ? null : <div className={styles.acts}>{acts}</div>}
      </header>
      {children}
    </section>
  )
}

/** The answer of a query, or what stands in its place. */
export function Asked<Data>({ query, children }:
{ query: { data: Data | undefined; error: Error | null; refetch: () => unknown }; children: (data: Data) => ReactNode }) {
  const told = useTold()
  if (query.data !== undefined) return children(query.data)
  if (query.error === null) return <Loading />
  const error = query.error instanceof ApiError ? query.error : new ApiError(0, {})
  return <Failure text={told(error)} {...(error.passes ? { again: () => void query.refetch() } : {})} />
}

/** What a refusal says to people. */
export function useTold(): (error: ApiError) => string {
  const { t } = useTranslation(['settings', 'common'])
  return (error) => {
    if (error.passes && error.message === '') return t('common:error.unreachable')
    if (error.status === 404) return t('common:error.gone')
    if (error.code === 'forbidden') return t('form.forbidden')
    if (error.code === 'own_factor_first') return t('organization.ownFirst')
    if (error.code === 'own_account' || error.code === 'escalation') return t(`form.${error.code}`)
    return error.message
  }
}

/** A form, and beside it, where there is room, what it would mean. */
export function Split({ beside, children }: { beside: 'narrow' | 'wide'; children: ReactNode }) {
  return <div className={styles.split} data-beside={beside}>{children}</div>
}

/** Rows that lead to what they name. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return <ul className={styles.rows} aria-label={label}>{children}</ul>
}

export function Row({ to, mark, title, told, beside }: { to: string; mark?: ReactNode; title: string; told?: ReactNode; beside?: ReactNode }) {
  return (
    <li className={styles.row}>
      {mark}
      <div className={styles.named}>
        <Link to={to} className={styles.name} dir="auto">{title}</Link>
        {told === undefined ? null : <p className={styles.told} dir="auto">{told}</p>}
      </div>
      {beside === undefined ? null : <div className={styles.beside}>{beside}</div>}
      <ChevronRight aria-hidden className={styles.more} />
    </li>
  )
}

/** A way to the administration pages. */
export function Away({ to, children }: { to: string; children: ReactNode }) {
  return <a href={to} className={styles.away}><ExternalLink aria-hidden />{children}</a>
}

export function Nothing({ text, hint, children }: { text: string; hint?: string; children?: ReactNode }) {
  return (
    <div className={styles.nothing}>
      <p>{text}</p>
      {hint === undefined ? null : <p className={styles.lead}>{hint}</p>}
      {children}
    </div>
  )
}

/** One fact by name: what it is called on the left, what it is on the right, and what can be done about it. */
export function Fact({ name, act, children }: { name: string; act?: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd dir="auto">{children}</dd>
      {act === undefined ? null : <dd className={styles.acts}>{act}</dd>}
    </div>
  )
}

export function Facts({ children }: { children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>
}

interface FormProps<Saved, Draft> {
  form: Form<Saved, Draft>
  /** What differs between the reader's draft and somebody else's state, in words. */
  differences?: (theirs: Saved) => readonly { name: string; mine: string; theirs: string }[]
  /** Whoever may only look has no buttons. */
  readOnly?: boolean
  act?: string | undefined
  /** A new thing can be saved before anything was typed. */
  always?: boolean
  children: ReactNode
}

/** Fields, and below them what saves them. */
export function Editing<Saved, Draft>({ form, differences, readOnly = false, act, always = false, children }: FormProps<Saved, Draft>) {
  const { t } = useTranslation(['settings', 'common'])
  const told = useTold()
  const refused = form.refusal !== null && form.current === null
  return (
    <Fields className={styles.form ?? ''} validationBehavior="aria" onSubmit={(event) => {
      event.preventDefault()
      if (!readOnly) form.save()
    }}>
      <fieldset className={styles.fields} disabled={readOnly}>{children}</fieldset>
      {form.current === null ? null : (
        <div className={styles.conflict} role="alert">
          <p><TriangleAlert aria-hidden /><strong>{t('form.conflict')}</strong> {t('form.conflictTold')}</p>
          <Differences rows={differences?.(form.current) ?? []} />
          <div className={styles.acts}>
            <Button small onPress={form.takeTheirs}>{t('form.takeTheirs')}</Button>
            <Button small look="primary" onPress={form.keepMine}>{t('form.keepMine')}</Button>
          </div>
        </div>
      )}
      {refused ? <p className={styles.refusal} role="alert">{told(form.refusal)}</p> : null}
      {readOnly ? <p className={styles.lead}>{t('form.readOnly')}</p> : (
        <div className={styles.foot} data-dirty={form.dirty}>
          {form.dirty || always ? <Button type="submit" look="primary" isPending={form.busy}>{act ?? t('common:app.save')}</Button> : null}
          {form.dirty ? <Button onPress={form.discard}>{t('form.discard')}</Button> : null}
          <span className={styles.state} role="status">{form.dirty ? t('form.dirty') : ''}</span>
        </div>
      )}
    </Fields>
  )
}

function Differences({ rows }: { rows: readonly { name: string; mine: string; theirs: string }[] }) {
  const { t } = useTranslation(['settings', 'common'])
  const different = rows.filter((row) => row.mine !== row.theirs)
  if (different.length === 0) return null
  return (
    <table className={styles.differences}>
      <thead><tr><th scope="col">{t('form.field')}</th><th scope="col">{t('form.mine')}</th><th scope="col">{t('form.theirs')}</th></tr></thead>
      <tbody>{different.map((row) => <tr key={row.name}><th scope="row">{row.name}</th><td dir="auto">{row.mine}</td><td dir="auto">{row.theirs}</td></tr>)}</tbody>
    </table>
  )
}
