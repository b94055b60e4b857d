/** Reports default terms that are not those that events were booked by: as a problem for readiness. */
import { type BookedTerms, DefaultsChangedError } from '../settlement/ports.ts'
import type { ReadinessProblem } from './health.ts'

/** None while nothing was booked, or by the same terms. */
export function defaultsProblems(booked: BookedTerms | undefined, configured: BookedTerms): ReadinessProblem[] {
  if (booked === undefined) return []
  if (booked.vatMode === configured.vatMode && booked.refundFee === configured.refundFee) return []
  return [{ kind: 'defaults_changed', message: new DefaultsChangedError(booked, configured).message, since: null }]
}
