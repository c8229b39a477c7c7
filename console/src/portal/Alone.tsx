import { Route, Routes } from 'react-router'

import { Toasts } from '../ui/Toasts'
import Portal from './Portal'

export function Alone() {
  return (
    <>
      <Routes><Route path="/portal/*" element={<Portal />} /></Routes>
      <Toasts />
    </>
  )
}
