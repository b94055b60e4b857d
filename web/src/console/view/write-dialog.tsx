/**
 * Asks for the reason of a write, shows its key and the request as it will be sent, sends it once, and says what came of it. A native
 * dialog: the browser keeps the focus in it, makes the page behind it inert, closes it by Esc and gives the focus back, for no bytes.
 */
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { CallOf } from '../../../../shared/contracts/api.ts'
import type { RouteName } from '../../../../shared/contracts/routes.ts'
import { requestTo } from '../../api/client.ts'
import { useConsoleTexts } from '../console-context.ts'
import type { CallFailure, OkBody } from '../session/session.ts'
import { Failure } from './failure.tsx'
import { type OperatorWriting, useOperatorWrite } from './use-operator-write.ts'

/** As the API takes it. */
const REASON_LENGTH_MAX = 500

/** What `callOf` puts into the body. */
export interface WriteFields {
  key: string
  reason: string
}

/** What the field says of itself, and when it was left empty. */
export interface ReasonWords {
  label: string
  note: string
  wanted: string
}

interface WriteDialogProps<Name extends RouteName> {
  name: Name
  /** What will be done, and to what. */
  title: string
  /** On the button that sends. */
  confirm: string
  /** The request; undefined while a field of `children` is wrong, which is then marked by `aria-invalid`. */
  callOf: (fields: WriteFields) => CallOf<Name> | undefined
  /** What it came to. */
  told: (body: OkBody<Name>) => ReactNode
  /** Why it was refused, where this room has better words than the API. */
  refused?: (failure: CallFailure) => string | undefined
  /** Where what is typed is more than a reason. Undefined: the usual words. */
  reasonWords?: ReasonWords
  onClose: () => void
  /** Further fields. They cannot be changed while their request is under way. */
  children?: ReactNode
}

/** Mounted it is open; the one who mounted it takes it away in `onClose`. */
export function WriteDialog<Name extends RouteName>(props: WriteDialogProps<Name>) {
  const { name, title, confirm, callOf, told, refused, onClose, children } = props
  const { t } = useConsoleTexts()
  const usualWords = { label: t('write.reason'), note: t('write.reasonNote'), wanted: t('write.reasonWanted') }
  const { reasonWords = usualWords } = props
  const titleId = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const writing = useOperatorWrite(name)
  const { key, state, send, startAnew } = writing
  const [reason, setReason] = useState('')
  const [isReasonWanted, setReasonWanted] = useState(false)
  const isSending = state.kind === 'sending'
  const isDone = state.kind === 'done'
  const isLocked = isSending || isDone || state.kind === 'undecided'
  const call = callOf({ key, reason: reason.trim() })
  const close = () => {
    if (!isSending) dialog.current?.close()
  }

  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const closeButton = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // The button that had the focus is gone.
    if (isDone) closeButton.current?.focus()
  }, [isDone])

  const submit = () => {
    if (reason.trim() === '') setReasonWanted(true)
    else if (call !== undefined) return send(call)
    // When the fields say what is wrong.
    requestAnimationFrame(() => dialog.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  }

  return (
    <dialog
      ref={dialog}
      className="write-dialog"
      aria-labelledby={titleId}
      data-write={state.kind}
      onCancel={event => {
        if (isSending) event.preventDefault()
      }}
      // A browser closes it at the second Esc in any case; what is under way is not left alone.
      onClose={() => (isSending ? dialog.current?.showModal() : onClose())}
    >
      <form
        noValidate
        onSubmit={event => {
          event.preventDefault()
          submit()
        }}
      >
        <h2 id={titleId}>{title}</h2>
        <fieldset disabled={isLocked} onChange={() => state.kind === 'refused' && startAnew()}>
          {children}
          <ReasonField
            words={reasonWords}
            text={reason}
            onText={setReason}
            isWanted={isReasonWanted && reason.trim() === ''}
          />
        </fieldset>
        {call !== undefined && <RequestShown name={name} call={call} writeKey={key} isSent={state.kind !== 'ready'} />}
        <div className="write-result" role="status">
          <Result state={state} told={told} refused={refused} />
        </div>
        <p className="write-buttons">
          {!isDone && (
            <button type="submit" className="button button-main" aria-disabled={isSending}>
              {isSending ? t('write.sending') : state.kind === 'undecided' ? t('write.sendAgain') : confirm}
            </button>
          )}
          <button
            ref={closeButton}
            type="button"
            className="button button-quiet"
            aria-disabled={isSending}
            onClick={close}
          >
            {state.kind === 'ready' ? t('write.cancel') : t('write.close')}
          </button>
        </p>
      </form>
    </dialog>
  )
}

interface ReasonFieldProps {
  words: ReasonWords
  text: string
  onText: (text: string) => void
  isWanted: boolean
}

function ReasonField({ words, text, onText, isWanted }: ReasonFieldProps) {
  const id = useId()
  return (
    <div className="write-field">
      <label htmlFor={id}>{words.label}</label>
      <textarea
        id={id}
        rows={2}
        maxLength={REASON_LENGTH_MAX}
        value={text}
        required
        aria-invalid={isWanted}
        aria-describedby={`${id}-note`}
        onChange={event => onText(event.target.value)}
      />
      <p className={isWanted ? 'small field-wrong' : 'small'} id={`${id}-note`}>
        {isWanted ? words.wanted : words.note}
      </p>
    </div>
  )
}

interface RequestShownProps<Name extends RouteName> {
  name: Name
  call: CallOf<Name>
  writeKey: string
  isSent: boolean
}

/** The request itself, made by what also makes the one that is sent; indented for reading. */
function RequestShown<Name extends RouteName>({ name, call, writeKey, isSent }: RequestShownProps<Name>) {
  const { t } = useConsoleTexts()
  const title = t(isSent ? 'write.requestSent' : 'write.request')
  const { method, path, body } = requestTo(name, call)
  return (
    <section className="write-request" aria-label={title}>
      <p className="small">
        {t('write.key')} <code>{writeKey}</code>
      </p>
      <p className="small">{title}</p>
      <pre>
        <code>
          {method} {path}
          {'\n'}
          {JSON.stringify(JSON.parse(body ?? 'null'), null, 2)}
        </code>
      </pre>
    </section>
  )
}

type ResultProps<Name extends RouteName> = Pick<WriteDialogProps<Name>, 'told' | 'refused'> &
  Pick<OperatorWriting<Name>, 'state'>

function Result<Name extends RouteName>({ state, told, refused }: ResultProps<Name>) {
  const { t } = useConsoleTexts()
  switch (state.kind) {
    case 'ready':
    case 'sending':
      return null
    case 'done':
      return (
        <div className="write-done">
          <strong>{t('write.done')}</strong>
          <div>{told(state.written.body)}</div>
          {state.written.replayed && <p className="small">{t('write.replayed')}</p>}
          <p className="small">
            {t('requestId')} <code>{state.written.requestId}</code>
          </p>
        </div>
      )
    case 'refused':
      return (
        <Failure
          title={t('write.refused')}
          failure={state.failure}
          words={refused?.(state.failure) ?? problemsIn(state.failure)}
        />
      )
    case 'undecided':
      return (
        <div className="console-undecided">
          <strong>{t('write.undecided')}</strong>
          <p>{t('write.undecidedNote')}</p>
          {state.failure.requestId !== undefined && (
            <p>
              {t('requestId')} <code>{state.failure.requestId}</code>
            </p>
          )}
        </div>
      )
  }
}

/** What is wrong with which field, in the language that was asked for. */
function problemsIn({ code, details }: CallFailure): string | undefined {
  if (code !== 'VALIDATION_FAILED') return undefined
  const problems = (details.problems ?? []) as { path: string; message: string }[]
  return problems.map(({ path, message }) => `${path} ${message}`).join('; ')
}
