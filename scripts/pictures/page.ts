import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toHtml } from './markdown.ts';

export const themes = ['light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** What GitHub shows, in the frame that it has there. */
export interface Shown {
  /** The name of the picture's file. */
  readonly name: string;
  /** In pixels: what stands in the README is narrow enough for a phone, the comment as wide as a page. */
  readonly width: number;
  readonly markdown: string;
  /** The line on top of the frame, as HTML. */
  readonly heading: string;
}

const styles: Readonly<Record<Theme, string>> = {
  light: import.meta.resolve('github-markdown-css/github-markdown-light.css'),
  dark: import.meta.resolve('github-markdown-css/github-markdown-dark.css'),
};

/** The colours of GitHub's frames, which are not among those of its Markdown. */
const frames: Readonly<Record<Theme, string>> = {
  light: '--line: #d1d9e0; --head: #f6f8fa; --text: #1f2328; --page: #ffffff;',
  dark: '--line: #3d444d; --head: #151b23; --text: #f0f6fc; --page: #0d1117;',
};

/**
 * A whole page as wide as the picture, since a window of Chromium is never narrower than 500 pixels.
 * It knows how high it is: `data-height` of its root.
 */
export function pageOf({ markdown, heading, width }: Shown, theme: Theme): string {
  return `<!doctype html>
<meta charset="utf-8">
<style>
${readFileSync(fileURLToPath(styles[theme]), 'utf8')}
:root { ${frames[theme]} }
body { margin: 0; width: ${width}px; background: var(--page); }
.frame { border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
.frame > header { padding: 8px 16px; border-bottom: 1px solid var(--line); background: var(--head);
  color: var(--text); font: 14px/1.5 'Noto Sans', sans-serif; }
.frame > .markdown-body { padding: 16px; }
</style>
<div class="frame"><header>${heading}</header><article class="markdown-body">${toHtml(markdown)}</article></div>
<script>document.documentElement.dataset.height = Math.ceil(document.querySelector('.frame').getBoundingClientRect().height)</script>
`;
}
