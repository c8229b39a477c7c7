import {
  Calendar, CircleCheck, CircleHelp, CopyCheck, Flag, Gift, GitFork, Hash, Image, MessageSquareText, TextCursorInput,
} from 'lucide-react'

import type { Node } from './model/graph'

export const KIND_ICONS = { message: MessageSquareText, condition: GitFork, end: Flag } as const
export const TYPE_ICONS = {
  single_choice: CircleCheck, multiple_choice: CopyCheck, text: TextCursorInput, number: Hash, date: Calendar, image_upload: Image, gift_card: Gift,
} as const

export function NodeIcon({ node }: { node: Node }) {
  const Icon = node.kind === 'question' ? (node.questionType === null ? CircleHelp : TYPE_ICONS[node.questionType]) : node.kind === null ? CircleHelp : KIND_ICONS[node.kind]
  return <Icon aria-hidden />
}
