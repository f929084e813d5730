// swift-tools-version: 6.2
import PackageDescription

/// `Scripts/test` sets this, so that a warning stops CI but never a user's build.
let warnings: [SwiftSetting] =
  Context.environment["UNMASK_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)]

let swiftSettings: [SwiftSetting] =
  warnings + [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ]

let package = Package(
  name: "unmask",
  products: [
    .library(name: "MaskedDiffusion", targets: ["MaskedDiffusion"]),
    .library(name: "Inference", targets: ["Inference"]),
    .executable(name: "unmask", targets: ["unmask"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // Foreign code: the only targets that are not Swift.
    .target(
      name: "CNcurses", cSettings: [.define("_GNU_SOURCE")],
      linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
    .target(name: "CKernels", cSettings: [.define("_GNU_SOURCE")]),

    // Engine: the reverse process, then the models that drive it.
    .target(name: "MaskedDiffusion", swiftSettings: swiftSettings),
    .target(
      name: "Inference", dependencies: ["CKernels", "MaskedDiffusion"],
      swiftSettings: swiftSettings),

    // Interface: state and screens, then the terminal that shows them.
    .target(
      name: "PlaygroundUI", dependencies: ["MaskedDiffusion"], swiftSettings: swiftSettings),
    .target(
      name: "TerminalDriver", dependencies: ["CNcurses", "PlaygroundUI"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "unmask",
      dependencies: [
        "Inference", "MaskedDiffusion", "PlaygroundUI", "TerminalDriver",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: swiftSettings),

    // Tests: one bundle a target, and what they share.
    .target(
      name: "_TestSupport", dependencies: ["MaskedDiffusion", "PlaygroundUI"],
      swiftSettings: swiftSettings),
    .testTarget(name: "CKernelsTests", dependencies: ["CKernels"], swiftSettings: swiftSettings),
    .testTarget(
      name: "MaskedDiffusionTests", dependencies: ["MaskedDiffusion", "_TestSupport"],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "InferenceTests", dependencies: ["Inference", "MaskedDiffusion", "_TestSupport"],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "PlaygroundUITests", dependencies: ["MaskedDiffusion", "PlaygroundUI", "_TestSupport"],
      exclude: ["Screens"], swiftSettings: swiftSettings),
    .testTarget(
      name: "TerminalDriverTests", dependencies: ["CNcurses", "PlaygroundUI", "TerminalDriver"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "UnmaskTests",
      dependencies: ["Inference", "MaskedDiffusion", "PlaygroundUI", "_TestSupport", "unmask"],
      swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)
