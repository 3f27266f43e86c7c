import { forgeManifest } from '../../forge/manifest.ts';
import { forge } from '../../forge/service.ts';
import type { ForgeDeclaration } from '../../forge/spec.ts';
import { type Manifest, parseManifest } from '../../manifest/read.ts';
import type { Step } from '../../runner/step.ts';
import { readConnection } from './connection.ts';
import { readOrganization } from './forge.ts';
import { readStableFor } from './goals.ts';
import { type ManifestReader, readPlanInputs } from './plan.ts';

const reader: ManifestReader<Manifest<ForgeDeclaration>> = {
  file: forgeManifest.file,
  parse(text, file) {
    const { mistakes, ...content } = parseManifest(text, file, forgeManifest);
    return { content, mistakes };
  },
};

export type ForgeApplyInputs = ReturnType<typeof readForgeApplyInputs>;

/** Reads all inputs. The caller reports their problems, since the comment on the pull request shows them, too. */
export function readForgeApplyInputs(step: Step) {
  const { inputs } = step;
  return {
    connection: readConnection(step, forge),
    organization: readOrganization(inputs),
    ...readPlanInputs(step, reader),
    /** Milliseconds to wait until the new processes are up; 0: the step does not wait. */
    wait: inputs.seconds('wait-timeout', { min: 0, max: 86_400 }, 300),
    stableFor: readStableFor(inputs),
  };
}
