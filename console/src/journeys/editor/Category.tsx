/** What the ticket is about: one of the organization's categories, or what a question was answered with. */
import { useTranslation } from 'react-i18next'

import { useCategories } from '../../ticket/people'
import { Choose } from '../../ui/Field'
import { questions } from '../desk/desk'
import { setInner } from '../model/edit'
import type { Node } from '../model/graph'
import { text } from '../model/json'
import { useBuilder } from '../Table'
import { Words } from './parts'

const BY_ANSWER = 'by an answer' // no slug: it has spaces

export function Category({ node }: { node: Node }) {
  const { t } = useTranslation('journeys')
  const { edit, graph } = useBuilder()
  const asked = useCategories(true)
  const value = text(node.ticket.category)
  const inserted = /^\{\{([^{}]*)\}\}$/u.exec(value)?.[1]
  const set = (slug: string) => { edit((from) => setInner(from, node.id, 'ticket', 'category', slug === '' ? undefined : slug), `${node.id} ticket category`) }
  // Put together of several answers, or nobody knows which there are: it is typed.
  if (asked.isError || (inserted === undefined && value.includes('{{'))) {
    return <Words label={t('edit.category')} hint={t('edit.categorySlug')} value={value} inserts onChange={set} />
  }
  const categories = asked.data ?? []
  const found = categories.find(({ slug }) => slug === value)
  const unknown = value === '' || found !== undefined || inserted !== undefined ? [] : [{ value, label: asked.isPending ? value : t('node.missing', { id: value }) }]
  const all = questions(graph)
  const known = all.some((question) => question.id === inserted)
  return (
    <>
      <Choose label={t('edit.category')} hint={found?.skill == null ? t('edit.categoryHint') : t('edit.categorySkill', { skill: found.skill })}
        value={inserted === undefined ? value : BY_ANSWER} onChange={(slug) => { set(slug === BY_ANSWER ? '{{}}' : slug) }}
        options={[{ value: '', label: t('edit.noCategory') }, ...unknown, ...categories.map(({ slug, name }) => ({ value: slug, label: name })), { value: BY_ANSWER, label: t('edit.byAnswers') }]} />
      {inserted === undefined ? null : (
        <Choose label={t('edit.categoryAnswer')} unlabelled value={inserted} onChange={(key) => { set(`{{${key}}}`) }}
          options={[...(known ? [] : [{ value: inserted, label: inserted === '' ? t('edit.chooseQuestion') : t('node.missing', { id: inserted }) }]), ...all.map((question) => ({ value: question.id, label: question.text }))]} />
      )}
    </>
  )
}
