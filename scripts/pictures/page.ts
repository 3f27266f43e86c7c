import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toHtml } from './markdown.ts';

export const themes = ['light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** A text that GitHub shows, with its frame. */
export interface Shown {
  /** The name of the picture's file. */
  readonly name: string;
  /** The width in pixels: narrow enough for a phone in the README, as wide as a page for the comment. */
  readonly width: number;
  readonly markdown: string;
  /** The top line of the frame, as HTML. */
  readonly heading: string;
}

const styles: Readonly<Record<Theme, string>> = {
  light: import.meta.resolve('github-markdown-css/github-markdown-light.css'),
  dark: import.meta.resolve('github-markdown-css/github-markdown-dark.css'),
};

/** The colours of GitHub's frames, which its Markdown styles do not contain. */
const frames: Readonly<Record<Theme, string>> = {
  light: '--line: #d1d9e0; --head: #f6f8fa; --text: #1f2328; --page: #ffffff;',
  dark: '--line: #3d444d; --head: #151b23; --text: #f0f6fc; --page: #0d1117;',
};

/**
 * Returns a page with the width of the picture, since a window of Chromium is at least 500 pixels wide. The page sets
 * its own height as `data-height` of its root.
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
