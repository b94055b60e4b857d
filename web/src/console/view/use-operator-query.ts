/** A read of the API under the session, kept while its page is shown; asked again only when somebody asks for it. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { CallOf } from '../../../../shared/contracts/api.ts'
import type { RouteName } from '../../../../shared/contracts/routes.ts'
import { useConsoleParts, useLanguage } from '../console-context.ts'
import type { OkBody } from '../session/session.ts'

export interface Read<Body> {
  /** The last that was loaded, also when loading it anew has failed. */
  body: Body | undefined
  asOfMs: number
  failure: unknown
  isLoading: boolean
  refresh: () => void
}

export function useOperatorQuery<Name extends RouteName>(name: Name, call: CallOf<Name>): Read<OkBody<Name>> {
  const { session } = useConsoleParts()
  const language = useLanguage()
  // Of all routes together the compiler would make one union, which is too large for it.
  const queryKey = [name, call as unknown, language]
  const queryFn = (): Promise<unknown> => session.call(name, call)
  const { data, dataUpdatedAt, error, isFetching, refetch } = useQuery<unknown>({ queryKey, queryFn })
  return {
    body: data as OkBody<Name> | undefined,
    asOfMs: dataUpdatedAt,
    failure: error,
    isLoading: isFetching,
    refresh: () => void refetch(),
  }
}

/** The same read; its refresh asks for everything that is shown. For a page whose parts would contradict each other when one stayed older. */
export function useTogether<Body>(read: Read<Body>): Read<Body> {
  const client = useQueryClient()
  return { ...read, refresh: () => void client.refetchQueries({ type: 'active' }) }
}
