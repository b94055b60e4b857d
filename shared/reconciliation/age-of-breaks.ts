/** How old open breaks are, each in the business days of its source. */
import { type AgeBucket, ageBuckets, bucketOf, businessDaysSince } from '../domain/break-age.ts'
import type { BusinessCalendar } from '../domain/business-days.ts'
import type { Clock } from '../payments/ports.ts'
import type { Calendars } from '../settlement/ports.ts'
import { dayAt } from './business-day.ts'
import type { OpenBreaks, ReconBreak, ReconSources } from './ports.ts'

export interface AgePorts {
  reconSources: Pick<ReconSources, 'list'>
  calendars: Calendars
  clock: Clock
}

/** The business days that a break has been open for. */
export type AgeOf = (of: Pick<ReconBreak, 'sourceId' | 'openedOn'>) => number

/** As of this moment (virtual time). Throws DependencyUnavailableError. */
export async function agesNow({ reconSources, calendars, clock }: AgePorts): Promise<AgeOf> {
  await clock.catchUp()
  const sources = await reconSources.list()
  const names = [...new Set(sources.map(({ calendar }) => calendar))]
  const loaded = await Promise.all(names.map(async name => [name, await calendars.calendar(name)] as const))
  const calendarOf = new Map<string, BusinessCalendar>(loaded)
  const rules = new Map(
    sources.map(({ sourceId, timezone, calendar }) => {
      return [sourceId, { today: dayAt({ timezone }, clock.virtualNowMs()), calendar: calendarOf.get(calendar)! }]
    }),
  )
  return ({ sourceId, openedOn }) => {
    const { today, calendar } = rules.get(sourceId)!
    return businessDaysSince(calendar, openedOn, today)
  }
}

/** Open breaks of one class and currency. */
export interface AgedBreaks
  extends Pick<OpenBreaks, 'class' | 'currency' | 'count' | 'remainingMinor' | 'absoluteMinor'> {
  /** How many of them are in each bucket. */
  byAge: Record<AgeBucket['name'], number>
  oldestDays: number
}

export function agedBreaks(sums: readonly OpenBreaks[], ageOf: AgeOf): AgedBreaks[] {
  const groups = Map.groupBy(sums, sum => `${sum.class} ${sum.currency}`)
  return [...groups.values()].map(group => agedTogether(group, ageOf))
}

function agedTogether(group: readonly OpenBreaks[], ageOf: AgeOf): AgedBreaks {
  const { class: name, currency } = group[0]!
  const ages = group.map(sum => ({ ...sum, days: ageOf(sum) }))
  const counted = ageBuckets.map(bucket => {
    const inBucket = ages.filter(({ days }) => bucketOf(days).name === bucket.name)
    return [bucket.name, inBucket.reduce((count, sum) => count + sum.count, 0)]
  })
  return {
    ...{ class: name, currency, count: ages.reduce((count, sum) => count + sum.count, 0) },
    remainingMinor: ages.reduce((total, sum) => total + sum.remainingMinor, 0n),
    absoluteMinor: ages.reduce((total, sum) => total + sum.absoluteMinor, 0n),
    byAge: Object.fromEntries(counted) as AgedBreaks['byAge'],
    oldestDays: Math.max(...ages.map(({ days }) => days)),
  }
}
