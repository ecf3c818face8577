// The rules of the house for this package.
import house from "../../eslint.config.js";

export default house.filter(({ ignores, files }) => files !== undefined || ignores === undefined);
