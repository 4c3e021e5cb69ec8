/** Dialogs that are fetched when they are needed: each stands over the page until it is closed, and then is gone. */
import { type ComponentChildren, createRef, render } from "preact";

export interface DialogOptions<T> {
  /** The id of its heading. */
  labelledBy: string;
  /** The outcome when the person closes it. */
  closed: T;
  draw: (end: (value: T) => void) => ComponentChildren;
}

/**
 * Opens a dialog; resolves with what its content ends it with. The focus goes back where it was. One that is open
 * already is not opened twice.
 */
export function openDialog<T>({ labelledBy, closed, draw }: DialogOptions<T>): Promise<T> {
  if (document.querySelector(`dialog[open][aria-labelledby="${labelledBy}"]`)) return Promise.resolve(closed);
  const place = document.createElement("div");
  document.body.append(place);
  const dialog = createRef<HTMLDialogElement>();
  let value = closed;
  return new Promise((resolve) => {
    const over = () => {
      render(null, place);
      place.remove();
      resolve(value);
    };
    const end = (outcome: T) => {
      value = outcome;
      dialog.current?.close();
    };
    render(
      <dialog ref={dialog} class="dialog" aria-labelledby={labelledBy} onClose={over}>
        {draw(end)}
      </dialog>,
      place,
    );
    dialog.current?.showModal();
  });
}
