/** One act at a time of one place of the page: its key is made for it, and is sent again when the answer was lost. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import type { DemoDone } from '../../../../shared/contracts/demo-panel.ts'
import { useConsoleParts, useLanguage } from '../console-context.ts'
import { newOperatorKey } from '../session/operator-key.ts'
import { CallFailure } from '../session/session.ts'
import { type Act, doAct, panelKey } from './panel.ts'

export type ActState =
  | { kind: 'ready' }
  | { kind: 'sending' }
  | { kind: 'done'; done: DemoDone }
  /** Nothing was done. */
  | { kind: 'refused'; failure: CallFailure }
  /** It may have been done: only the same request can tell. */
  | { kind: 'undecided'; failure: CallFailure }

export interface Acting {
  state: ActState
  /** Does nothing while one is under way. */
  act: (path: string, fields?: Record<string, unknown>) => void
  sendAgain: () => void
}

/** What every act of the page is sent with. */
export interface ActFields {
  /** For the audit log. */
  reason: string
  /** Told when an act is sent. */
  acted: () => void
}

export function useAct({ reason, acted }: ActFields): Acting {
  const { session } = useConsoleParts()
  const queryClient = useQueryClient()
  const queryKey = panelKey(useLanguage())
  const isSending = useRef(false)
  const { mutate, status, data, error, variables } = useMutation<DemoDone, Error, Act>({
    mutationFn: act => doAct(session, act),
    networkMode: 'always',
    onSuccess: async ({ view }) => {
      // A look that began before the act must not be shown after it.
      await queryClient.cancelQueries({ queryKey })
      queryClient.setQueryData(queryKey, view)
    },
    onSettled: () => {
      isSending.current = false
    },
  })
  const send = (act: Act) => {
    if (isSending.current) return
    isSending.current = true
    acted()
    mutate(act)
  }
  return {
    state: stateOf(status, data, error),
    act: (path, fields = {}) => send({ path, body: { key: newOperatorKey(Date.now(), crypto), reason, ...fields } }),
    sendAgain: () => variables !== undefined && send(variables),
  }
}

function stateOf(
  status: 'idle' | 'pending' | 'success' | 'error',
  done: DemoDone | undefined,
  error: Error | null,
): ActState {
  if (status === 'success') return { kind: 'done', done: done! }
  if (status !== 'error') return { kind: status === 'pending' ? 'sending' : 'ready' }
  const failure = error instanceof CallFailure ? error : new CallFailure('unreachable')
  return { kind: failure.isFinal ? 'refused' : 'undecided', failure }
}
