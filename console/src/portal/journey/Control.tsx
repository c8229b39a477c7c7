/** What a question is answered with. Phones get their own keyboards, pickers and camera. */
import { card, chosen, longest, type Node, pictures, text, type Typed } from './answers'
import { GiftCard } from './GiftCard'
import { Pictures } from './Pictures'
import styles from './Run.module.css'
import field from '../../ui/Field.module.css'

interface Props {
  node: Node
  typed: Typed
  wrong: boolean
  /** One wanted to go on with it as it is. */
  tried: boolean
  /** What the server says is wrong with a part of it, by the part's name. */
  refused: Readonly<Record<string, string>>
  onChange: (typed: Typed) => void
  /** One has been there and left. */
  onTried: () => void
  onUploading: (uploading: boolean) => void
}

export function Control({ node, typed, wrong, tried, refused, onChange, onTried, onUploading }: Props) {
  const described = { 'aria-labelledby': 'asked', 'aria-describedby': `${node.help === '' ? '' : 'help '}problem`, 'aria-invalid': wrong, 'aria-required': node.required }
  const left = () => { if (text(typed) !== '') onTried() }
  switch (node.questionType) {
    case 'single_choice':
      return <Options node={node} chosen={[text(typed)]} type="radio" onChange={([value]) => { onChange(value ?? '') }} />
    case 'multiple_choice':
      return <Options node={node} chosen={chosen(typed)} type="checkbox" onChange={onChange} />
    case 'text':
      return (
        <textarea className={field.input} {...described} dir="auto" rows={longest(node) > 200 ? 4 : 2} value={text(typed)} onBlur={left}
          onChange={(event) => { onChange(event.target.value) }} />
      )
    case 'number':
      return <input className={field.input} {...described} inputMode="decimal" value={text(typed)} onBlur={left} onChange={(event) => { onChange(event.target.value) }} />
    case 'date': {
      const { min, max } = node.validation
      return (
        <input className={field.input} type="date" {...described} min={typeof min === 'string' ? min : undefined} max={typeof max === 'string' ? max : undefined}
          value={text(typed)} onBlur={left} onChange={(event) => { onChange(event.target.value) }} />
      )
    }
    case 'image_upload':
      return <Pictures node={node} pictures={pictures(typed)} onChange={onChange} onUploading={onUploading} />
    case 'gift_card':
      return <GiftCard card={card(typed)} tried={tried} refused={refused} onChange={onChange} />
  }
}

function Options({ node, chosen: taken, type, onChange }:
{ node: Node; chosen: readonly string[]; type: 'radio' | 'checkbox'; onChange: (values: readonly string[]) => void }) {
  const change = (value: string, on: boolean) => {
    const others = type === 'radio' ? [] : taken.filter((one) => one !== value)
    onChange(on ? [...others, value] : others)
  }
  return (
    <fieldset className={styles.options} aria-labelledby="asked" aria-describedby="problem">
      {node.options.map(({ label, value }) => (
        <label key={value} className={styles.option}>
          <input type={type} name={node.id} value={value} checked={taken.includes(value)} onChange={(event) => { change(value, event.target.checked) }} />
          <span dir="auto">{label}</span>
        </label>
      ))}
    </fieldset>
  )
}
