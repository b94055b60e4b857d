/** Something that there is not: said as such, and not as what could not be loaded. */
import { CallFailure } from '../session/session.ts'
import { Failure } from '../view/failure.tsx'
import type { Read } from '../view/use-operator-query.ts'

export const isMissing = ({ failure }: Read<unknown>): boolean =>
  failure instanceof CallFailure && failure.code === 'NOT_FOUND'

export const Missing = ({ title, read }: { title: string; read: Read<unknown> }) => (
  <Failure title={title} failure={read.failure} />
)
