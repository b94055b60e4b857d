/** A write of the API under the session. Its key is made once, and is sent again until the write is decided; then what is shown is read anew. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { CallOf } from '../../../../shared/contracts/api.ts'
import type { RouteName } from '../../../../shared/contracts/routes.ts'
import { useConsoleParts } from '../console-context.ts'
import { newOperatorKey } from '../session/operator-key.ts'
import { CallFailure, type OkBody, type Written } from '../session/session.ts'

export type WriteState<Body> =
  /** Nothing was sent under this key. */
  | { kind: 'ready' }
  | { kind: 'sending' }
  | { kind: 'done'; written: Written<Body> }
  /** Nothing was done. Another request wants another key. */
  | { kind: 'refused'; failure: CallFailure }
  /** It may have been done: only the same request with the same key can tell. */
  | { kind: 'undecided'; failure: CallFailure }

export interface OperatorWriting<Name extends RouteName> {
  key: string
  state: WriteState<OkBody<Name>>
  /** Does nothing while one is under way. */
  send: (call: CallOf<Name>) => void
  /** After a refusal: a new key, for what will be another request. */
  startAnew: () => void
}

export function useOperatorWrite<Name extends RouteName>(name: Name): OperatorWriting<Name> {
  const { session } = useConsoleParts()
  const queryClient = useQueryClient()
  const newKey = () => newOperatorKey(Date.now(), crypto)
  const [key, setKey] = useState(newKey)
  const isSending = useRef(false)
  const { mutate, reset, status, data, error } = useMutation<Written<OkBody<Name>>, Error, CallOf<Name>>({
    mutationFn: call => session.write(name, call),
    networkMode: 'always',
    onSettled: () => {
      isSending.current = false
      // Also when the answer was lost: what is shown may have changed.
      void queryClient.invalidateQueries()
    },
  })
  return {
    key,
    state: stateOf(status, data, error),
    send: call => {
      if (isSending.current) return
      isSending.current = true
      mutate(call)
    },
    startAnew: () => {
      if (isSending.current) return
      setKey(newKey)
      reset()
    },
  }
}

function stateOf<Body>(
  status: 'idle' | 'pending' | 'success' | 'error',
  written: Written<Body> | undefined,
  error: Error | null,
): WriteState<Body> {
  if (status === 'success') return { kind: 'done', written: written! }
  if (status === 'error') {
    const failure = error instanceof CallFailure ? error : new CallFailure('unreachable')
    return { kind: failure.isFinal ? 'refused' : 'undecided', failure }
  }
  return { kind: status === 'pending' ? 'sending' : 'ready' }
}
