/** Reads where the brokers are. */
import { isReference, type Setting } from './setting.ts'

const SERVERS_MAX = 10

/** A list of `host:port`, or a text of several with commas. */
export function brokersOf(setting: Setting): string[] {
  const brokers = partsOf(setting).flatMap(part =>
    typeof part === 'string' ? part.split(',').map(broker => broker.trim()) : part,
  )
  if (brokers.length > 0 && brokers.every(isHostAndPort)) return brokers
  setting.refuse('must be host:port, several as a list or separated by commas')
  return []
}

/** The brokers that a deployed mapping names; those of this machine, when it names its own, are read in their stead. */
export function deployedBrokersOf(setting: Setting, localBrokers: string[] | undefined, localKey: string): string[] {
  if (!setting.isGiven) {
    setting.refuse('is missing')
    return []
  }
  const parts = partsOf(setting)
  if (parts.length === 0 || parts.length > SERVERS_MAX) setting.refuse(`must have 1 to ${SERVERS_MAX} of host:port`)
  if (localBrokers) {
    if (!parts.every(part => typeof part === 'string' || isReference(part)))
      setting.refuse('must be a list of host:port')
    return localBrokers
  }
  if (!parts.some(isReference)) return parts.length > 0 ? brokersOf(setting) : []
  setting.refuse(`is a reference, which does not say where the brokers are here: set ${localKey}`)
  return []
}

const partsOf = ({ value }: Setting): unknown[] => (Array.isArray(value) ? value : [value])

const isHostAndPort = (value: unknown): value is string => typeof value === 'string' && /^[^\s,:]+:\d{1,5}$/.test(value)
