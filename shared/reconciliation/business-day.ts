/** Days of a source: those of the calendar in its time zone. */
import { soldOn } from '../domain/business-days.ts'
import type { ReconSource } from './ports.ts'

/** The day there at this moment (virtual time). */
export const dayAt = ({ timezone }: Pick<ReconSource, 'timezone'>, atMs: number): string =>
  soldOn(atMs, { timezone, cutoff: '24:00' })
