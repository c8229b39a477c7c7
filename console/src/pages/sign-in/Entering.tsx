/** Signing in, step by step; whoever shows it says what comes after. */
import { useState } from 'react'

import type { ApiError } from '../../api/errors'
import { Credentials } from './Credentials'
import { SecondFactor } from './SecondFactor'

interface Props {
  /** The organization's short name, as far as it is known. */
  organization: string
  /** The address, where only the password is asked for once more. */
  email?: string
  onEntered: (organization: string) => void
}

/** What a right password that is not enough is answered with. */
interface Challenge {
  readonly token: string
  readonly enrol: boolean
  readonly organization: string
}

export function Entering({ organization, email, onEntered }: Props) {
  const [challenge, setChallenge] = useState<Challenge | null>(null)
  const [over, setOver] = useState(false)
  const challenged = (error: ApiError, given: string) => {
    const token = error.body.challenge
    const enrol = error.code === 'second_factor_enrolment_required'
    if (typeof token !== 'string' || !(enrol || error.code === 'second_factor_required')) return false
    setOver(false)
    setChallenge({ token, enrol, organization: given })
    return true
  }
  if (challenge === null) {
    return <Credentials organization={organization} email={email} over={over} onEntered={onEntered} onRefused={challenged} />
  }
  return (
    <SecondFactor challenge={challenge.token} enrol={challenge.enrol} onEntered={() => { onEntered(challenge.organization) }}
      onOver={(late) => {
        setOver(late)
        setChallenge(null)
      }} />
  )
}
