import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Navigate, Route, Routes, useLocation } from 'react-router'

import { Inbox } from '../inbox/Inbox'
import { Toasts } from '../ui/Toasts'
import { later } from './later'
import { STAFF } from './pages'
import { Shell } from './Shell'
import { SignedIn, useWhoAmI } from './session'
import { Failure, Loading } from './States'

const SignInAgain = lazy(later(() => import('./SignInAgain')))
const SignIn = lazy(async () => ({ default: (await import('../pages/sign-in/SignIn')).SignIn }))
const Portal = lazy(() => import('../portal/Portal'))
const FORGOTTEN = '/account/forgotten/'
const PAGES = STAFF.map(({ path, load }) => ({ path: `${path}/*`, Page: lazy(load) }))

export function App() {
  return (
    <>
      <Routes>
        <Route path="/portal/*" element={<Suspense fallback={<Loading whole />}><Portal /></Suspense>} />
        <Route path="*" element={<Staff />} />
      </Routes>
      <Toasts />
    </>
  )
}

function Staff() {
  const { t } = useTranslation()
  const { me, here, error, again } = useWhoAmI()
  const { pathname, state } = useLocation() as { pathname: string; state: unknown }
  if (error !== null) return <Failure text={error.passes ? t('error.unreachable') : error.message} again={again} whole />
  if (me === undefined) return <Loading whole />
  if (me === null) return pathname === '/sign-in' ? <Suspense fallback={<Loading whole />}><SignIn /></Suspense> : <Navigate to="/sign-in" replace state={{ from: pathname }} />
  if (!me.staff) return <Navigate to={`/portal/${encodeURIComponent(me.organization.slug)}/`} replace />
  return (
    <SignedIn key={me.id} me={me} here={here}>
      <Routes>
        <Route path="/sign-in" element={<Navigate to={wanted(state)} replace />} />
        <Route element={<Shell />}>
          <Route path="/" element={<Inbox />} />
          <Route path="/tickets/:ticket" element={<Inbox />} />
          {PAGES.map(({ path, Page }) => <Route key={path} path={path} element={<Suspense fallback={<Loading />}><Page /></Suspense>} />)}
        </Route>
        <Route path="*" element={<Navigate to="/" replace />} />
      </Routes>
      {here ? null : <Suspense><SignInAgain me={me} forgotten={FORGOTTEN} /></Suspense>}
    </SignedIn>
  )
}

/** Where one was going before one had to sign in. */
function wanted(state: unknown): string {
  return typeof state === 'object' && state !== null && 'from' in state && typeof state.from === 'string' ? state.from : '/'
}
