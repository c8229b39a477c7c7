/** The customers' pages: the doors for whoever is not signed in, and what lies behind them. */
import { Link, Navigate, Route, Routes, useLocation } from 'react-router'

import { SignedIn, useWhoAmI } from '../app/session'
import SignInAgain from '../app/SignInAgain'
import { Failure, Loading } from '../app/States'
import { useSignOut } from '../app/useSignOut'
import type { Me } from '../realtime/live'
import { Button } from '../ui/Button'
import { Account } from './account/Account'
import { useAt, useOrganization, wanted } from './addresses'
import { ConfirmAddress, Forgotten, NewPassword } from './doors/Letters'
import { Door } from './doors/Door'
import { Register } from './doors/Register'
import { SignIn } from './doors/SignIn'
import { Which } from './doors/Which'
import { Frame } from './Frame'
import { Home } from './home/Home'
import { NewTicket } from './home/NewTicket'
import { Begin } from './journey/Begin'
import { Run } from './journey/Run'
import { Chat } from './tickets/Chat'
import { Tickets } from './tickets/Tickets'
import { useViewport } from './viewport'
import { useReason, useWords } from './words'

export default function Portal() {
  useViewport()
  return (
    <Routes>
      <Route path="/" element={<Entrance />} />
      <Route path=":organization/reset" element={<NewPassword />} />
      <Route path=":organization/confirm" element={<ConfirmAddress />} />
      <Route path=":organization/forgotten" element={<Forgotten />} />
      <Route path=":organization/*" element={<Inside />} />
    </Routes>
  )
}

/** Whoever is signed in has no need to say where they belong. */
function Entrance() {
  const { me } = useWhoAmI()
  if (me === undefined) return <Loading whole />
  return me === null || me.staff ? <Which /> : <Navigate to={`/portal/${encodeURIComponent(me.organization.slug)}`} replace />
}

function Inside() {
  const { me, here, error, again } = useWhoAmI()
  const reason = useReason()
  const organization = useOrganization()
  const at = useAt()
  if (error !== null) return <Failure text={reason(error)} again={again} whole />
  if (me === undefined) return <Loading whole />
  if (me === null) return <Doors />
  if (me.staff) return <Staff me={me} />
  if (me.organization.slug !== organization.toLowerCase()) return <Elsewhere me={me} />
  return (
    <SignedIn key={me.id} me={me} here={here}>
      <Rooms />
      {here ? null : <SignInAgain me={me} forgotten={at('forgotten')} />}
    </SignedIn>
  )
}

function Doors() {
  const at = useAt()
  const { pathname } = useLocation()
  return (
    <Routes>
      <Route path="sign-in" element={<SignIn />} />
      <Route path="register" element={<Register />} />
      <Route path="*" element={<Navigate to={at('sign-in')} replace state={{ from: pathname }} />} />
    </Routes>
  )
}

function Rooms() {
  const at = useAt()
  const { state } = useLocation() as { state: unknown }
  const home = <Navigate to={wanted(state, at())} replace />
  return (
    <Routes>
      <Route path="sign-in" element={home} />
      <Route path="register" element={home} />
      <Route element={<Frame />}>
        <Route index element={<Home />} />
        <Route path="new" element={<NewTicket />} />
        <Route path="journeys/:journey" element={<Begin />} />
        <Route path="runs/:run" element={<Run />} />
        <Route path="tickets" element={<Tickets />}>
          <Route path=":ticket" element={<Chat />} />
        </Route>
        <Route path="account" element={<Account />} />
        <Route path="*" element={<Nowhere />} />
      </Route>
    </Routes>
  )
}

function Nowhere() {
  const { t } = useWords()
  const at = useAt()
  return (
    <Door title={t('portal.notFound')}>
      <Link to={at()} replace>{t('portal.toHome')}</Link>
    </Door>
  )
}

function Staff({ me }: { me: Me }) {
  const { t } = useWords()
  return (
    <Door title={t('door.staff')}>
      <p>{t('door.staffHow')}</p>
      <a href="/">{t('door.toConsole')}</a>
      <Leave me={me} />
    </Door>
  )
}

function Elsewhere({ me }: { me: Me }) {
  const { t } = useWords()
  const own = me.organization
  return (
    <Door title={t('door.elsewhere')}>
      <p>{t('door.elsewhereHow', { name: me.name, organization: own.name })}</p>
      <Link to={`/portal/${encodeURIComponent(own.slug)}/`}>{t('door.toOwn', { organization: own.name })}</Link>
      <Leave me={me} />
    </Door>
  )
}

/** Out of a session that is of no use here. */
function Leave({ me }: { me: Me }) {
  const { t } = useWords()
  const { signOut, busy, window } = useSignOut(me)
  return <><Button isPending={busy} onPress={signOut}>{t('door.leave')}</Button>{window}</>
}
