/** The draft as a customer meets it, gone through by the server's own evaluator. Nothing is stored. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { RotateCcw, Undo2, X } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import type { components } from '../api/schema'
import { amountText, answerText, type Card, cardOf, currencyName, decimal, typed } from '../app/cards'
import { countryName, namedCountries } from '../app/countries'
import { useApi } from '../app/session'
import { Failure, Loading } from '../app/States'
import { worded } from '../i18n/refusals'
import { Button, IconButton } from '../ui/Button'
import { Checkbox, Choose, TextField } from '../ui/Field'
import { Badge } from '../ui/Marks'
import styles from './Preview.module.css'
import { hash, useSettled } from './problems'
import { useBuilder } from './Table'

type Rehearsed = components['schemas']['Rehearsed']
type Asked = NonNullable<Rehearsed['node']>
type Step = components['schemas']['StepRequest']
type Value = Exclude<Step['value'], undefined>

export function Preview({ onClose, onPath }: { onClose: () => void; onPath: (path: readonly string[]) => void }) {
  const { t, i18n } = useTranslation('journeys')
  const api = useApi()
  const { graph: edited, standing, show } = useBuilder()
  const graph = useSettled(edited)
  const [steps, setSteps] = useState<readonly Step[]>([])
  const { name } = standing.detail
  const asked = useQuery({
    queryKey: ['journeys', 'preview', name, graph, steps],
    queryFn: () => data(api.POST('/api/v1/journeys/preview/', { body: { graph, name, steps: [...steps] } })),
    placeholderData: keepPreviousData, staleTime: Infinity, gcTime: 0, retry: 1, queryKeyHashFn: hash,
  })
  const found = asked.data
  useEffect(() => { if (found !== undefined) onPath(found.path) }, [found, onPath])
  useEffect(() => () => { onPath([]) }, [onPath])
  // The last step of ours was refused: it is the answer that is typed now. Where an earlier one was, the draft has changed.
  const refusedNow = found !== undefined && !asked.isPlaceholderData && found.refused !== null && found.taken === steps.length - 1
  const dropped = found !== undefined && !asked.isPlaceholderData && found.refused !== null && found.taken < steps.length - 1
  const taken = found === undefined || asked.isPlaceholderData ? steps : steps.slice(0, found.taken)
  const step = (next: Step) => { setSteps([...taken, next]) }
  return (
    <div className={styles.preview}>
      <header className={styles.head}>
        <h2>{t('preview.title')}</h2>
        <IconButton small label={t('preview.back')} isDisabled={found?.can_go_back !== true} onPress={() => { step({ back: true, value: null }) }}><Undo2 aria-hidden /></IconButton>
        <IconButton small label={t('preview.restart')} onPress={() => { setSteps([]) }}><RotateCcw aria-hidden /></IconButton>
        <IconButton small label={t('preview.close')} onPress={onClose}><X aria-hidden /></IconButton>
      </header>
      <div className={styles.body}>
        <p className={styles.hint}>{t('preview.hint')}</p>
        {found === undefined ? asked.isError ? <Failure text={t('preview.failed')} again={() => void asked.refetch()} /> : <Loading /> : (
          <>
            <div className={styles.progress} role="progressbar" aria-label={t('preview.progress')} aria-valuenow={Math.round(found.progress * 100)} aria-valuemin={0} aria-valuemax={100}><i style={{ width: `${found.progress * 100}%` }} /></div>
            <ol className={styles.said}>
              {found.answers.map((answer) => (
                <li key={answer.node}>
                  <button type="button" className={styles.asked} title={t('preview.showStep')} onClick={() => { show(answer.node) }}>{answer.question || t('node.untitled')}</button>
                  <span className={styles.answered}>{answerText(answer, i18n.language) || '–'}</span>
                </li>
              ))}
            </ol>
            {dropped ? <p className={styles.dropped} role="status">{t('preview.dropped')}</p> : null}
            {found.messages.map((message, place) => <p key={place} className={styles.message}>{message}</p>)}
            <div aria-live="polite">
              {found.node === null ? found.end === null ? <p className={styles.nowhere}>{t('preview.nowhere')}</p> : <Ended end={found.end} />
                : <Answering key={`${found.node.id} ${found.node.questionType} ${found.taken}`} asked={found.node} wrong={refusedNow && found.refused !== null ? worded(found.refused) : null} wrongAt={found.refused_at} busy={asked.isFetching}
                    onAnswer={(value) => { step({ node: found.node?.id ?? '', value, back: false }) }} onShow={() => { show(found.node?.id ?? '') }} />}
            </div>
          </>
        )}
      </div>
    </div>
  )
}

interface Answer { asked: Asked; wrong: string | null; wrongAt: string; busy: boolean; onAnswer: (value: Value) => void; onShow: () => void }

function Answering({ asked, wrong, wrongAt, busy, onAnswer, onShow }: Answer) {
  const { t, i18n } = useTranslation('journeys')
  const countries = useMemo(() => namedCountries(i18n.language), [i18n.language])
  const [text, setText] = useState(typeof asked.answer === 'number' ? typed(String(asked.answer), i18n.language) : typeof asked.answer === 'string' ? asked.answer : '')
  const [chosen, setChosen] = useState<readonly string[]>(Array.isArray(asked.answer) ? (asked.answer as string[]) : typeof asked.answer === 'string' ? [asked.answer] : [])
  const [card, setCard] = useState<Card>(() => {
    const before = cardOf(asked.answer)
    return before === null ? { brand: '', country: '', amount: '' } : { ...before, amount: typed(before.amount, i18n.language) }
  })
  const at = (name: keyof Card) => (wrong !== null && wrongAt === name ? wrong : undefined)
  const money = currencyName(card.country, i18n.language)
  const kind = asked.questionType
  const value = (): Value => {
    if (kind === 'single_choice') return chosen[0] ?? null
    if (kind === 'multiple_choice') return [...chosen]
    if (kind === 'number') return text.trim() === '' ? null : Number.isFinite(Number(decimal(text))) ? Number(decimal(text)) : text
    if (kind === 'gift_card') return `${card.brand}${card.country}${card.amount}`.trim() === '' ? null : { ...card, amount: decimal(card.amount) }
    // A picture stands for itself: only how many there are is told.
    if (kind === 'image_upload') return Array.from({ length: Math.min(Number(text) || 0, 10) }, (_, place) => `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`)
    return text
  }
  return (
    <form className={styles.question} onSubmit={(event) => { event.preventDefault(); onAnswer(value()) }}>
      <button type="button" className={styles.ask} title={t('preview.showStep')} onClick={onShow}>{asked.question || t('node.untitled')}</button>
      {asked.help === '' ? null : <p className={styles.hint}>{asked.help}</p>}
      {kind === 'single_choice' ? (
        <div role="radiogroup" aria-label={asked.question} className={styles.options}>
          {asked.options.map((option) => (
            <label key={option.value} className={styles.option}><input type="radio" name="preview" value={option.value} checked={chosen[0] === option.value} onChange={() => { setChosen([option.value]) }} /><span>{option.label}</span></label>
          ))}
        </div>
      ) : kind === 'multiple_choice' ? (
        <div role="group" aria-label={asked.question} className={styles.options}>
          {asked.options.map((option) => (
            <Checkbox key={option.value} isSelected={chosen.includes(option.value)} onChange={(yes) => { setChosen(yes ? [...chosen, option.value] : chosen.filter((one) => one !== option.value)) }}>{option.label}</Checkbox>
          ))}
        </div>
      ) : kind === 'gift_card' ? (
        <>
          <TextField label={t('edit.brand')} value={card.brand} wrong={at('brand')} onChange={(brand) => { setCard({ ...card, brand }) }} />
          <Choose label={t('edit.country')} value={card.country} wrong={at('country')} options={[{ value: '', label: t('preview.chooseCountry') }, ...countries]} onChange={(country) => { setCard({ ...card, country }) }} />
          <TextField label={t('edit.amount')} value={card.amount} wrong={at('amount')} inputMode="decimal" {...(money === '' ? {} : { hint: t('preview.currency', { currency: money }) })} onChange={(amount) => { setCard({ ...card, amount }) }} />
        </>
      ) : (
        <TextField label={kind === 'image_upload' ? t('preview.pictures') : t('preview.choose')} value={text} onChange={setText} {...(kind === 'text' ? { rows: 3 } : {})}
          type={kind === 'date' ? 'date' : 'text'} {...(kind === 'number' || kind === 'image_upload' ? { inputMode: 'decimal' as const } : {})} />
      )}
      {wrong === null || wrongAt !== '' ? null : <p className={styles.wrong} role="alert">{wrong}</p>}
      <div className={styles.acts}>
        <Button type="submit" look="primary" isPending={busy}>{t('preview.answer')}</Button>
        {asked.required ? null : <Button onPress={() => { onAnswer(null) }}>{t('preview.skip')}</Button>}
      </div>
    </form>
  )
}

function Ended({ end }: { end: NonNullable<Rehearsed['end']> }) {
  const { t, i18n } = useTranslation('journeys')
  const { show } = useBuilder()
  const { ticket, submission } = end
  const shown = (name: keyof Card) => {
    const { country, amount, brand } = submission ?? { brand: '', country: '', amount: '' }
    return { brand, country: countryName(country, i18n.language), amount: amountText(amount, country, i18n.language) }[name]
  }
  return (
    <div className={styles.end}>
      <button type="button" className={styles.ask} title={t('preview.showStep')} onClick={() => { show(end.node) }}>{end.message || t('preview.ended')}</button>
      {ticket === null ? submission === null ? <p className={styles.hint}>{t('preview.none')}</p> : (
        <>
          <h3>{t('preview.sells')}</h3>
          <dl className={styles.facts}>{(['brand', 'country', 'amount'] as const).map((name) => <div key={name}><dt>{t(`edit.${name}`)}</dt><dd>{shown(name)}</dd></div>)}</dl>
        </>
      ) : (
        <>
          <h3>{t('preview.opens')}</h3>
          <dl className={styles.facts}>
            <div><dt>{t('preview.subject')}</dt><dd>{ticket.subject}</dd></div>
            <div><dt>{t('preview.priority')}</dt><dd>{t(`priority.${ticket.priority}`)}</dd></div>
            <div><dt>{t('preview.category')}</dt><dd>{ticket.category ?? t('preview.noCategory')}</dd></div>
            {ticket.tags.length === 0 ? null : <div><dt>{t('preview.tags')}</dt><dd>{ticket.tags.map((tag) => <Badge key={tag}>{tag}</Badge>)}</dd></div>}
            <div><dt>{t('preview.text')}</dt><dd className={styles.text}>{ticket.text}</dd></div>
          </dl>
        </>
      )}
    </div>
  )
}
