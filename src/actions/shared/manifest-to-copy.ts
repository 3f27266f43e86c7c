import { folded, type Html, html, preformatted } from '../../runner/html.ts';

/** A manifest as the summary shows it, to be copied into a file. */
export function manifestToCopy(manifest: string, file: string): Html {
  const title = html`As a manifest, to copy into <code>${file}</code>`;
  return folded(title, preformatted(manifest.trimEnd().split('\n')));
}
