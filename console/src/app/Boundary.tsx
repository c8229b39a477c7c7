/** A page that broke says so, and leaves the rest of the product standing. */
import { Component, type ErrorInfo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { Failure } from './States'

interface Props {
  /** Where one is: elsewhere it is tried anew. */
  place: string
  whole?: boolean
  children: ReactNode
}

export class Boundary extends Component<Props, { brokeAt: string | null }> {
  override state = { brokeAt: null as string | null }

  static getDerivedStateFromProps({ place }: Props, { brokeAt }: { brokeAt: string | null }) {
    return brokeAt === null || brokeAt === place || brokeAt === '' ? null : { brokeAt: null }
  }

  static getDerivedStateFromError() {
    return { brokeAt: '' }
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack)
    this.setState({ brokeAt: this.props.place })
  }

  override render(): ReactNode {
    return this.state.brokeAt === null ? this.props.children : <Broken whole={this.props.whole ?? false} />
  }
}

function Broken({ whole }: { whole: boolean }) {
  const { t } = useTranslation()
  return <Failure text={t('app.broken')} again={() => { location.reload() }} whole={whole} />
}
