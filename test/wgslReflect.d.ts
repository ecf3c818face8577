/** wgsl_reflect's bare name fails in Node, and its module has no types of its own. */
declare module "wgsl_reflect/wgsl_reflect.module.js" {
  export * from "wgsl_reflect";
}
