/** The pages of the settings, and whom the API lets see what stands on each. */
import { Building2, CalendarClock, CalendarDays, Gauge, GraduationCap, KeyRound, ListChecks, UserRound, Users } from 'lucide-react'

export const PLACES = [
  { name: 'account', group: 'you', icon: UserRound, needs: null },
  { name: 'organization', group: 'house', icon: Building2, needs: 'accounts.view_organization' },
  { name: 'people', group: 'house', icon: Users, needs: 'accounts.view_user' },
  { name: 'roles', group: 'house', icon: KeyRound, needs: 'accounts.view_role' },
  { name: 'skills', group: 'work', icon: GraduationCap, needs: 'accounts.view_skill' },
  { name: 'shifts', group: 'work', icon: CalendarClock, needs: 'accounts.view_shift' },
  { name: 'queue', group: 'work', icon: ListChecks, needs: 'tickets.view_queuesettings' },
  { name: 'calendars', group: 'promises', icon: CalendarDays, needs: 'tickets.view_calendar' },
  { name: 'policies', group: 'promises', icon: Gauge, needs: 'tickets.view_slapolicy' },
] as const

export const GROUPS = ['you', 'house', 'work', 'promises'] as const
export type Place = (typeof PLACES)[number]
