import './texts'

import { Navigate, Route, Routes } from 'react-router'

import { Builder } from './Builder'
import { JourneyList } from './JourneyList'

export default function Journeys() {
  return (
    <Routes>
      <Route index element={<JourneyList />} />
      <Route path=":journey" element={<Builder />} />
      <Route path="*" element={<Navigate to="/journeys" replace />} />
    </Routes>
  )
}
