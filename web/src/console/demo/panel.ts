/** The starter's demo panel as the page asks it: reads, acts, and why there is none. It is no route of the API. */
import { useQuery } from '@tanstack/react-query'
import {
  DEMO_PATH,
  type DemoConflict,
  type DemoDone,
  type DemoView,
  demoConflicts,
  NOT_OUR_DATABASE,
} from '../../../../shared/contracts/demo-panel.ts'
import { type ApiAnswer, errorOf, jsonObjectOf } from '../../api/answer.ts'
import { useConsoleParts, useLanguage } from '../console-context.ts'
import { CallFailure, type ConsoleSession } from '../session/session.ts'
import type { Read } from '../view/use-operator-query.ts'

/** There is no panel here, and why. */
export class PanelAbsent extends Error {
  readonly why: 'no_starter' | 'not_our_database'
  constructor(why: PanelAbsent['why']) {
    super(why)
    this.why = why
  }
}

type Asking = Pick<ConsoleSession, 'ask'>

/** Rejects with a CallFailure, or with PanelAbsent. */
export async function readPanel(session: Asking): Promise<DemoView> {
  const answer = await session.ask({ method: 'GET', path: DEMO_PATH })
  if (answer.statusCode === 404)
    throw new PanelAbsent(errorOf(answer)?.details.reason === NOT_OUR_DATABASE ? NOT_OUR_DATABASE : 'no_starter')
  return bodyOf<DemoView>(answer)
}

export interface Act {
  /** Below the panel's own. */
  path: string
  body: { key: string; reason: string } & Record<string, unknown>
}

/** Rejects with a CallFailure. */
export async function doAct(session: Asking, { path, body }: Act): Promise<DemoDone> {
  return bodyOf<DemoDone>(await session.ask({ method: 'POST', path: `${DEMO_PATH}${path}`, body }))
}

function bodyOf<Body>(answer: ApiAnswer): Body {
  const body = answer.statusCode === 200 ? jsonObjectOf(answer.bodyText) : undefined
  if (body !== undefined) return body as unknown as Body
  const error = errorOf(answer)
  // Without an answer of the panel itself it may have been done.
  const isFinal = error !== undefined && answer.statusCode < 500
  throw new CallFailure(error?.code ?? 'unreachable', answer.requestId, { details: error?.details ?? {}, isFinal })
}

/** Why nothing was done, where the panel says so. */
export const conflictIn = ({ details }: CallFailure): DemoConflict | undefined =>
  demoConflicts.find(reason => reason === details.reason)

export const panelKey = (language: string) => ['demo-panel', language]

export interface PanelState extends Read<DemoView> {
  absent: PanelAbsent['why'] | undefined
}

export function usePanel(): PanelState {
  const { session } = useConsoleParts()
  const queryKey = panelKey(useLanguage())
  const { data, dataUpdatedAt, error, isFetching, refetch } = useQuery({
    queryKey,
    queryFn: () => readPanel(session),
  })
  return {
    body: data,
    asOfMs: dataUpdatedAt,
    failure: error,
    isLoading: isFetching,
    refresh: () => void refetch(),
    absent: error instanceof PanelAbsent ? error.why : undefined,
  }
}
