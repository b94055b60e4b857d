/**
 * A dialog before the page: the browser's own, which holds the focus, closes at Esc and gives the focus back. It begins at what is
 * marked `data-first`, else at its first button.
 */
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { useConsoleTexts } from '../console-context.ts'

interface ModalProps {
  title: string
  /** Called once it is closed. */
  close: () => void
  className?: string
  children: ReactNode
}

export function Modal({ title, close, className = '', children }: ModalProps) {
  const { t } = useConsoleTexts()
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal()
    dialog.current?.querySelector<HTMLElement>('[data-first]')?.focus()
  }, [])
  return (
    <dialog
      ref={dialog}
      className={`modal ${className}`}
      aria-labelledby={titleId}
      onClose={close}
      // Beside it.
      onPointerDown={event => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <div className="modal-body">
        <div className="modal-header">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="button button-small" onClick={() => dialog.current?.close()}>
            {t('shell.close')}
          </button>
        </div>
        {children}
      </div>
    </dialog>
  )
}
