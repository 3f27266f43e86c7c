import { type FakeGitHub, startFakeGitHub } from '../../runner/fake-github.ts';
import type { StepRun } from './run-action.ts';
import { openShop, type Shop, type StepOptions } from './shop.ts';

/** The event of a pull request from the repository itself. */
export const pullRequest = {
  pull_request: {
    number: 7,
    head: { sha: 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678', repo: { full_name: 'acme/shop' } },
    base: { repo: { full_name: 'acme/shop' } },
  },
};

/** The event of a pull request from a fork. */
export const fork = {
  pull_request: { ...pullRequest.pull_request, head: { repo: { full_name: 'mallory/shop' } } },
};

/** The merge commit of the pull request on `main`. */
const merge = 'b1b2c3d4e5f60718293a4b5c6d7e8f9012345678';

type Inputs = Record<string, string>;

/** A shop with its repository on an emulated GitHub, which has a merged pull request. */
export interface ReviewedShop extends Shop {
  readonly gitHub: FakeGitHub;
  /** Runs a dry run on the pull request, with its plan in a comment. */
  plan(text: string, inputs?: Inputs, options?: StepOptions): Promise<StepRun>;
  /** Runs `apply` on the merge commit, which requires an approved plan. */
  push(text: string, inputs?: Inputs, options?: StepOptions): Promise<StepRun>;
}

export async function openReviewedShop(): Promise<ReviewedShop> {
  const [shop, gitHub] = await Promise.all([openShop(), startFakeGitHub()]);
  gitHub.pulls.push({ number: 7, merged_at: '2026-01-01T00:00:00Z', merge_commit_sha: merge, base: 'main' });
  const env = { GITHUB_API_URL: gitHub.url, GITHUB_SHA: merge, GITHUB_REF_NAME: 'main' };
  return {
    ...shop,
    gitHub,
    plan: (text, inputs, options) =>
      shop.apply(
        text,
        { 'dry-run': 'true', comment: 'true', ...inputs },
        { env, event: pullRequest, ...options },
      ),
    push: (text, inputs, options) =>
      shop.apply(text, { 'approved-plan': 'require', ...inputs }, { env, ...options }),
    async [Symbol.asyncDispose]() {
      await Promise.all([shop.emulator.close(), gitHub.close()]);
    },
  };
}
