/**
 * The data sets that `ebm data` knows. Checksums are those of the original files, computed from them or as
 * tensorflow_datasets publishes them (url_checksums/).
 */

import type { DataSet, OtherFile, RemoteFile } from "./dataSet.ts";

/** A file that lies in several places under the same name. */
const plain = (places: readonly string[], name: string, bytes: number, sha256: string): RemoteFile => ({
  ...{ name, bytes, sha256, archive: null },
  urls: places.map((place) => place + name),
});

const other = (name: string, sha256: string, about: string): OtherFile => ({ name, sha256, about });

const digits = Array.from("0123456789");

const mnistPlaces = [
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
  "http://yann.lecun.com/exdb/mnist/",
];

const fashionPlaces = [
  "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
  "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/",
];

const kmnistPlaces = [
  "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
  "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
];

const notmnistPlaces = [
  "https://raw.githubusercontent.com/davidflanagan/notMNIST-to-MNIST/17823f4d4a3acd8317c07866702d2eb2ac79c7a0/",
  "https://github.com/davidflanagan/notMNIST-to-MNIST/raw/master/",
];

const omniglotPlaces = [
  "https://github.com/brendenlake/omniglot/raw/master/python/",
  "https://raw.githubusercontent.com/brendenlake/omniglot/057f034baf2ecb8530bc5710e5a23584d2a519cc/python/",
];

const svhnPlaces = ["http://ufldl.stanford.edu/housenumbers/"];

const flowersPlaces = ["https://www.robots.ox.ac.uk/~vgg/data/flowers/102/"];

const texturePlaces = ["https://thor.robots.ox.ac.uk/dtd/", "https://www.robots.ox.ac.uk/~vgg/data/dtd/download/"];

const mnist: DataSet = {
  name: "mnist",
  about: "handwritten digits, 60,000 + 10,000 grey images of 28 × 28",
  licence: "Y. LeCun, C. Cortes, C. Burges; commonly given as CC BY-SA 3.0",
  homepage: "http://yann.lecun.com/exdb/mnist/",
  folder: "mnist",
  files: [
    plain(
      mnistPlaces,
      "train-images-idx3-ubyte.gz",
      9912422,
      "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    plain(
      mnistPlaces,
      "train-labels-idx1-ubyte.gz",
      28881,
      "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    plain(
      mnistPlaces,
      "t10k-images-idx3-ubyte.gz",
      1648877,
      "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    plain(
      mnistPlaces,
      "t10k-labels-idx1-ubyte.gz",
      4542,
      "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
  ],
  others: [],
  byHand: null,
  classes: digits,
};

const fashionMnist: DataSet = {
  name: "fashion-mnist",
  about: "pictures of clothes, 60,000 + 10,000 grey images of 28 × 28",
  licence: "MIT, copyright 2017 Zalando SE",
  homepage: "https://github.com/zalandoresearch/fashion-mnist",
  folder: "fashion-mnist",
  files: [
    plain(
      fashionPlaces,
      "train-images-idx3-ubyte.gz",
      26421880,
      "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    plain(
      fashionPlaces,
      "train-labels-idx1-ubyte.gz",
      29515,
      "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    plain(
      fashionPlaces,
      "t10k-images-idx3-ubyte.gz",
      4422102,
      "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    plain(
      fashionPlaces,
      "t10k-labels-idx1-ubyte.gz",
      5148,
      "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
  ],
  others: [],
  byHand: null,
  classes: ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"],
};

const kmnist: DataSet = {
  name: "kmnist",
  about: "handwritten cursive Japanese, 60,000 + 10,000 grey images of 28 × 28",
  licence:
    'CC BY-SA 4.0, "KMNIST Dataset" (created by CODH), adapted from "Kuzushiji Dataset" (created by NIJL and others)',
  homepage: "http://codh.rois.ac.jp/kmnist/",
  folder: "kmnist",
  files: [
    plain(
      kmnistPlaces,
      "train-images-idx3-ubyte.gz",
      18165135,
      "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
    ),
    plain(
      kmnistPlaces,
      "train-labels-idx1-ubyte.gz",
      29497,
      "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
    ),
    plain(
      kmnistPlaces,
      "t10k-images-idx3-ubyte.gz",
      3041136,
      "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
    ),
    plain(
      kmnistPlaces,
      "t10k-labels-idx1-ubyte.gz",
      5120,
      "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
    ),
  ],
  others: [
    other(
      "t10k-images-idx3-ubyte.gz",
      "f78e098603cd608185a9c90c432b1c6eafd3d27b4922ef2d86ccd9d6a955113d",
      "all test images, packed anew from the .npz file",
    ),
    other(
      "t10k-labels-idx1-ubyte.gz",
      "71462da0de57529a4cf7c94a36a1334b37981a06101b73aad37da188fbbc26ed",
      "all test labels, packed anew from the .npz file",
    ),
  ],
  byHand: null,
  classes: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
};

const notmnist: DataSet = {
  name: "notmnist",
  about: "the letters A to J in many typefaces, 10,000 grey images of 28 × 28; some labels are wrong",
  licence: "none stated by Y. Bulatov, who made it; the files in MNIST's format: MIT, copyright 2016 David Flanagan",
  homepage: "https://github.com/davidflanagan/notMNIST-to-MNIST",
  folder: "notmnist",
  files: [
    plain(
      notmnistPlaces,
      "t10k-images-idx3-ubyte.gz",
      3172375,
      "70ae9e06201f2827e5b0a3781a3169d735dd2efc69996b9eeaee7f10ed4044d7",
    ),
    plain(
      notmnistPlaces,
      "t10k-labels-idx1-ubyte.gz",
      5118,
      "1fa03836e01c862542f8eb83463bb951bebec6fcb3efa28dad748c6b38a9021b",
    ),
  ],
  others: [],
  byHand:
    "no checksum of training images is published: make them with the script of the homepage, and put train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz beside the test files",
  classes: Array.from("ABCDEFGHIJ"),
};

const omniglot: DataSet = {
  name: "omniglot",
  about: "handwritten characters of 50 alphabets, 19,280 + 13,180 images of 105 × 105, white on black here",
  licence: "MIT, copyright 2015 Brenden Lake",
  homepage: "https://github.com/brendenlake/omniglot",
  folder: "omniglot",
  files: [
    {
      ...plain(
        omniglotPlaces,
        "images_background.zip",
        9464212,
        "ad41ab679c8b5d90b271ef46be6987cc81211774a695c29dcc5367b2b26ee640",
      ),
      archive: { kind: "zip", strip: 0 },
    },
    {
      ...plain(
        omniglotPlaces,
        "images_evaluation.zip",
        6462886,
        "1f61a8f3366785b057fc117d9228e78a16e3d976c8953b2a10fcc74cf0609cee",
      ),
      archive: { kind: "zip", strip: 0 },
    },
  ],
  others: [
    other(
      "small1-28x28-images-idx3-ubyte.gz",
      "88953ff46198fc800a2946dd225fe2841b33150dc6715feab38b0d47688e8047",
      "an excerpt: 5 of 50 alphabets, 2,720 images at 28 × 28",
    ),
    other(
      "small1-28x28-labels-idx1-ubyte.gz",
      "1ed71b640c10927ae1ab7c834f922b3e76ff2e3d3b4d9b1ba08d12ede25f7e07",
      "the labels of that excerpt",
    ),
  ],
  byHand: null,
  classes: null,
};

const cifar10: DataSet = {
  name: "cifar10",
  about: "small photographs of 10 kinds of things, 50,000 + 10,000 colour images of 32 × 32",
  licence: 'none stated; cite A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009',
  homepage: "https://www.cs.toronto.edu/~kriz/cifar.html",
  folder: "cifar-10",
  files: [
    {
      name: "cifar-10-binary.tar.gz",
      urls: [
        "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/cifar-10-binary.tar.gz",
      ],
      bytes: 170052171,
      sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
      archive: { kind: "tar.gz", strip: 1 },
    },
  ],
  others: [
    other(
      "data_batch_1.bin.gz",
      "f203eef0e11c3a18f075f1fef0e6396e29a13d22e005bdcb6d76f7cf41bbbc7f",
      "an excerpt: the first 10,000 training images, 10 of them decoded from JPEG",
    ),
    other(
      "test_batch.bin.gz",
      "da8bafccda895d5c4c148adfe3abef53d1c42010ec2d24bd449178ee152d0f6d",
      "all test images, 20 of them decoded from JPEG",
    ),
  ],
  byHand: null,
  classes: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
};

const cifar100: DataSet = {
  name: "cifar100",
  about: "small photographs of 100 kinds of things, 50,000 + 10,000 colour images of 32 × 32",
  licence: cifar10.licence,
  homepage: cifar10.homepage,
  folder: "cifar-100",
  files: [
    {
      name: "cifar-100-binary.tar.gz",
      urls: ["https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"],
      bytes: 168513733,
      sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
      archive: { kind: "tar.gz", strip: 1 },
    },
  ],
  others: [
    other(
      "test_first2000.bin.gz",
      "55fabeefd0799aeb8d88eff62f2f77d66095f30a2bc5c5e69ae1b3224b2553c8",
      "an excerpt: the first 2,000 test images",
    ),
  ],
  byHand: null,
  classes: null,
};

const svhn: DataSet = {
  name: "svhn",
  about: "photographs of house numbers, 73,257 + 26,032 colour images of 32 × 32, each with a digit in its middle",
  licence: "for non-commercial use; cite Y. Netzer et al., 2011",
  homepage: "http://ufldl.stanford.edu/housenumbers/",
  folder: "svhn",
  files: [
    plain(svhnPlaces, "train_32x32.mat", 182040794, "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8"),
    plain(svhnPlaces, "test_32x32.mat", 64275384, "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b"),
  ],
  others: [],
  byHand: null,
  classes: digits,
};

const flowers102: DataSet = {
  name: "flowers102",
  about: "photographs of 102 kinds of flowers, 8,189 colour images of about 500 × 600",
  licence: "none stated: published for research by Nilsback and Zisserman, 2008; the pictures are their photographers'",
  homepage: "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/",
  folder: "flowers102",
  files: [
    {
      ...plain(
        flowersPlaces,
        "102flowers.tgz",
        344862509,
        "2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246",
      ),
      archive: { kind: "tar.gz", strip: 0 },
    },
  ],
  others: [
    other(
      "flowers102_32x32.bin.gz",
      "6c7847057fe98f772c3cb8507c8da9645fa36a0067d753a276aaa229540926f6",
      "an excerpt: 1,781 images of 90 kinds at 32 × 32",
    ),
  ],
  byHand:
    "its labels and parts (imagelabels.mat, setid.mat), which are not read: all images make one part without classes",
  classes: null,
};

const dtd: DataSet = {
  name: "dtd",
  about: "photographs of 47 kinds of textures, 5,640 colour images of 300 to 640 pixels",
  licence: "none stated: made available for research by Cimpoi et al., 2014",
  homepage: "https://www.robots.ox.ac.uk/~vgg/data/dtd/",
  folder: "dtd",
  files: [
    {
      ...plain(
        texturePlaces,
        "dtd-r1.0.1.tar.gz",
        625239812,
        "e42855a52a4950a3b59612834602aa253914755c95b0cff9ead6d07395f8e205",
      ),
      archive: { kind: "tar.gz", strip: 1 },
    },
  ],
  others: [
    other(
      "dtd10_32x32.bin.gz",
      "2575a06875065c9d6355c81fe8c636f5018bb22a08f24bf5414a6f3c5334c505",
      "an excerpt: 1,200 images of 10 kinds at 32 × 32",
    ),
  ],
  byHand: null,
  classes: null,
};

/** In the order of the listing. */
export const catalogue: readonly DataSet[] = [
  ...[mnist, fashionMnist, kmnist, notmnist, omniglot],
  ...[cifar10, cifar100, svhn, flowers102, dtd],
];
