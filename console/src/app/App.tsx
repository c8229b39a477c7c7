import { useTranslation } from 'react-i18next'
import { Navigate, Route, Routes, useLocation } from 'react-router'

import { Inbox } from '../inbox/Inbox'
import { SignIn } from '../pages/sign-in/SignIn'
import { Shell } from './Shell'
import { SignedIn, useWhoAmI } from './session'
import { Failure, Loading } from './States'

export function App() {
  const { t } = useTranslation()
  const { me, error, again } = useWhoAmI()
  const { pathname } = useLocation()
  if (error !== null) return <Failure text={error.passes ? t('error.unreachable') : error.message} again={again} whole />
  if (me === undefined) return <Loading whole />
  if (me === null) return pathname === '/sign-in' ? <SignIn /> : <Navigate to="/sign-in" replace state={{ from: pathname }} />
  return (
    <SignedIn key={me.id} me={me}>
      <Routes>
        <Route path="/sign-in" element={<Navigate to="/" replace />} />
        <Route element={<Shell />}>
          <Route path="/" element={<Inbox />} />
          <Route path="/tickets/:ticket" element={<Inbox />} />
        </Route>
        <Route path="*" element={<Navigate to="/" replace />} />
      </Routes>
    </SignedIn>
  )
}
